"""The main job, start to end: see Deploy/quickstart.sh, which builds and then runs this."""
import os, shlex, signal, subprocess, sys, time
import damage, quickstart_hub
from nodes import *

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLE = os.path.join(HERE, "..", "..", "..", "Deploy", "sample-records.jsonl")
NAMES = ["nl", "be", "fr"]
CONNECT_SECONDS = 30
SPREAD_SECONDS = 120
COSIGN_SECONDS = 30
NOTICE = (b'{"type":"event","v":1,"id":"e-1","basis":"fact","grade":"A1","handling":["H0"],"purpose":["ct"],"kind":"other",'
          b'"summary":"to every node on the roster"}\n')


def heading(text):
    print(f"\n== {text}", flush=True)


def shown(words):
    """Prints the command as a reader would type it."""
    print("$ " + shlex.join(words), flush=True)


def make_nodes(network):
    heading("Three nodes: keys, a log with its genesis entry, a recovery file beside the folder")
    for node in network:
        shown(["liaison", "init", "--name", node.name, "--data", node.data])
        node.make()
    for node in network:
        node.start()
        print(f"liaisond --data {node.data} listens on {node.address}, process {node.process.pid}")
    heading("Each gets the cards of the others; operators compare this by voice")
    shown(["liaison", "fingerprint", network["nl"].card])
    print(run(["liaison", "fingerprint", network["nl"].card]).decode().rstrip())
    be, nl = network["be"], network["nl"]
    shown(be.command("peer", "add", nl.card, "--address", nl.address))
    network.introduce()
    begin = time.monotonic()
    wait_for("every node connected to every other", CONNECT_SECONDS,
             lambda: all(is_connected(node.status()) for node in network))
    print(f"all connected after {time.monotonic() - begin:.1f} s")


class Progress:
    """One line that is written over on a terminal; elsewhere a line now and then."""

    def __init__(self):
        self.is_terminal = sys.stdout.isatty()
        self.last_text = None
        self.last_time = 0.0

    def show(self, text, final=False):
        if text == self.last_text and not final:
            return
        now = time.monotonic()
        if self.is_terminal:
            print(f"\r\x1b[K{text}", end="\n" if final else "", flush=True)
        elif final or now - self.last_time >= 1:
            print(text, flush=True)
            self.last_time = now
        self.last_text = text


def publish(network, path, count):
    """Publishes the file from nl to be, and shows how far it is until all three hold it. Returns the printed entries."""
    nl = network["nl"]
    heading(f"nl publishes {count} records, sealed to be; fr carries what it cannot read")
    words = nl.command("publish", "--to", "be", path)
    shown(words)
    progress = Progress()
    begin = time.monotonic()
    printed_path = os.path.join(network.folder, "published")
    errors_path = os.path.join(network.folder, "published.errors")
    with open(printed_path, "wb") as printed, open(errors_path, "wb") as errors:
        process = subprocess.Popen([binary(words[0])] + words[1:], stdin=subprocess.DEVNULL,
                                   stdout=printed, stderr=errors)

    try:
        while True:
            ended = process.poll() is not None
            held = {node.name: sizes(node.status()).get("nl/1", 0) for node in network}
            text = "  ".join(f"{name} holds {size}" for name, size in held.items())
            text = f"{time.monotonic() - begin:5.1f} s  entries of nl/1: {text}"
            if ended and process.returncode != 0:
                with open(errors_path) as errors:
                    raise Failed(f"publish: exit {process.returncode}: {errors.read().strip()}")
            if ended and len(set(held.values())) == 1 and held["nl"] > count:
                progress.show(text, final=True)
                break
            if time.monotonic() - begin > SPREAD_SECONDS:
                raise Failed(f"the records did not spread within {SPREAD_SECONDS} s: {text}")
            progress.show(text)
            time.sleep(0.05)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    with open(printed_path) as printed:
        entries = printed.read().split()
    if len(entries) != count or len(set(entries)) != count:
        raise Failed(f"publish printed {len(entries)} entries for {count} records")
    print(f"nl printed {count} entries, {entries[0]} to {entries[-1]}: each was on its disk by then")
    return entries


def publish_to_all(network):
    heading("be publishes one record to everybody on its roster")
    be = network["be"]
    shown(be.command("publish", "--to", "all", "--replicas", "2", "-"))
    entry = be.run("publish", "--to", "all", "--replicas", "2", "-", stdin=NOTICE).decode().split()
    if len(entry) != 1:
        raise Failed(f"one record became {entry}")
    print(f"{entry[0]}, stored by 2 peers when it was printed")
    for name in ["nl", "fr"]:
        node = network[name]
        index = int(entry[0].rsplit("/", 1)[1])
        got = wait_for(f"{name} reads {entry[0]}", 10, lambda: node.records("be/1").get(index))
        if got != NOTICE.rstrip(b"\n"):
            raise Failed(f"{name} reads other bytes in {entry[0]} than be published")
    print("nl and fr read it")


def compare(network, entries, records):
    heading("Who can read what nl published")
    fr, be = network["fr"], network["be"]
    shown(fr.command("show", entries[-1]))
    said = fr.run("show", entries[-1]).decode()
    print(said.rstrip())
    if said.rstrip().splitlines()[-1] != "not for this node":
        raise Failed(f"fr was not told that {entries[-1]} is not for it")
    if fr.records("nl/1"):
        raise Failed("fr opens records that were not sealed to it")
    print("\nfr opens none of them.")
    shown(be.command("tail", "--json"))
    opened = be.records("nl/1")
    for entry, record in zip(entries, records):
        index = int(entry.rsplit("/", 1)[1])
        if opened.get(index) != record:
            raise Failed(f"be does not read in {entry} the bytes that nl published")
    if len(opened) != len(records):
        raise Failed(f"be reads {len(opened)} records of nl, and {len(records)} were published")
    print(f"be opens all {len(opened)}, bit for bit what was in the file.")


def converge(network):
    """Waits until all three hold the same, under cosigned checkpoints, and says so."""
    def unsettled():
        states = [node.status() for node in network]
        for state in states:
            if vectors(state) != vectors(states[0]):
                return f"{state['node']} holds {sizes(state)}, {states[0]['node']} {sizes(states[0])}"
            for log in state["logs"]:
                what = f"{log['origin']} at {state['node']}, {log['size']} entries"
                if log["checkpointSize"] != log["size"]:
                    return f"{what}: newest checkpoint {log['checkpointSize']}"
                if log["own"] and len(log["cosignatures"]) != 2:
                    return f"{what}: cosigned by {log['cosignatures']}"
        return None

    deadline = time.monotonic() + COSIGN_SECONDS
    while (problem := unsettled()) is not None:
        if time.monotonic() > deadline:
            raise Failed(f"no equal, cosigned logs within {COSIGN_SECONDS} s: {problem}")
        time.sleep(0.1)
    for node in network:
        heading(f"Status of {node.name}")
        shown(node.command("status"))
        print(node.run("status").decode().rstrip())


def audit_all(network):
    heading("An auditor with the three cards, and nothing secret, checks all three folders")
    cards = [node.card for node in network]
    for node in network:
        shown(["liaison-audit", "verify", node.data] + [word for card in cards for word in ("--key", card)])
        text = audit(node.data, cards)
        print(text.rstrip() if node.name == "fr" else text.rstrip().splitlines()[-1])
    print()
    for node in network:
        compare_opinions(f"{node.name}'s folder", node.data, cards, 0)
    heading("One byte is flipped in a copy of fr's folder")
    for part in ["bodies", "entries"]:
        copy = os.path.join(network.folder, f"copy-{part}")
        place = damage.flip_in_copy(network["fr"].data, copy, network["nl"].card, part)
        print(place)
        code, text = audit(copy, cards, expect=None)
        print(text.rstrip())
        if code != 1:
            raise Failed(f"the audit of the damaged copy ended with {code}, not with 1")
        compare_opinions("the damaged copy", copy, cards, 1)
        print()


def compare_opinions(what, folder, cards, expected):
    """The verifier in Python, written from the specification alone, must agree."""
    opinion = second_opinion(folder, cards)
    if opinion is None:
        print(f"skipped: a second opinion on {what} needs python3-cryptography")
    elif opinion[0] != expected:
        raise Failed(f"the second verifier ended with {opinion[0]} on {what}, not with {expected}: {opinion[1]}")
    else:
        print(f"the second verifier, on {what}: {opinion[1]}")


def body():
    words = sys.argv[1:]
    once = "--once" in words
    paths = [word for word in words if word != "--once"]
    if len(paths) > 1:
        raise Failed("one file of records, please")
    path = paths[0] if paths else SAMPLE
    try:
        with open(path, "rb") as file:
            records = file.read().splitlines()
    except OSError as error:
        raise Failed(f"{path}: {error.strerror}")
    if not records:
        raise Failed(f"{path} holds no records")
    path = os.path.normpath(path)
    network = Network(NAMES)
    begin = time.monotonic()
    try:
        make_nodes(network)
        entries = publish(network, path, len(records))
        publish_to_all(network)
        compare(network, entries, records)
        converge(network)
        audit_all(network)
        quickstart_hub.tell(network, heading, shown)
        heading(f"Done in {time.monotonic() - begin:.1f} s: {len(records)} records arrived, bit for bit, "
                "where they should and nowhere else")
        if not once:
            stay(network)
        for node in network:
            seconds = node.stop()
            if seconds > 1:
                raise Failed(f"liaisond of {node.name} took {seconds:.1f} s to end, and has one")
    except BaseException:
        tell_logs(network)
        raise
    finally:
        network.close()
    return 0


def tell_logs(network):
    """After a failure: what the daemons said last."""
    if isinstance(sys.exc_info()[1], KeyboardInterrupt):
        return
    for node in network:
        if os.path.exists(node.log_path):
            with open(node.log_path, errors="replace") as log:
                for line in log.read().splitlines()[-8:]:
                    print(f"liaisond {node.name}: {line}", file=sys.stderr)


def stay(network):
    """Leaves the nodes running until Ctrl-C or SIGTERM."""
    nl = network["nl"]
    folder = os.path.dirname(binary("liaison"))
    print(f"\nThe nodes go on running. In another window:\n\n  export PATH={shlex.quote(folder)}:$PATH")
    print(f"  liaison status --watch --data {nl.data}")
    print(f"  liaison tail --follow --data {network['fr'].data}")
    print(f"  echo '{{\"type\":\"note\",\"text\":\"hello\"}}' | liaison publish --to fr --data {nl.data}")
    print("\nCtrl-C stops them and removes their folders.", flush=True)
    try:
        while all(node.is_running() for node in network):
            time.sleep(0.5)
        raise Failed("a node ended by itself")
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main(body)
