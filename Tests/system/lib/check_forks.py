"""A fork from end to end on real nodes: two copies of nl, with its token and keys, write apart, each to another partner.

be hears the one branch and fr the other. When these two meet, both hold a proof of the same lowest entry, and so does lu, which
was connected to neither branch and knows be alone. What `liaison-audit check-fork` and the verifier in Python say of each file needs
nl's card and nothing else. The logs of the others go on, the freeze outlives restarts, nl opens its next epoch, and everybody follows it.
"""
import glob, json, os, shutil, subprocess, time
from nodes import *

SECONDS = 20
COMMON = 5


def publish(node, count, text, *options):
    records = [b'{"type":"note","by":"%s","text":"%s","n":%d}' % (node.name.encode(), text.encode(), number)
               for number in range(count)]
    return node.run("publish", "--to", "all", *options, "-", stdin=b"\n".join(records) + b"\n").decode().split()


def log(node, origin):
    return next((log for log in node.status()["logs"] if log["origin"] == origin), None)


def wait_size(node, origin, size):
    wait_for(f"{node.name} holds {size} entries of {origin}", SECONDS,
             lambda: (log(node, origin) or {"size": 0})["size"] == size)


def wait_frozen(node, origin, index):
    def is_frozen():
        found = log(node, origin)
        return found if found and found.get("frozenAt") == index else None
    return wait_for(f"{node.name} freezes {origin} at {index}", SECONDS, is_frozen)


def proof_file(node, index):
    """The one proof that a node keeps; a lower one takes its place within a second."""
    def kept():
        files = glob.glob(os.path.join(node.data, "faults", "*.fork"))
        return files if len(files) == 1 and files[0].endswith(f"-{index}.fork") else None
    files = wait_for(f"{node.name} keeps one proof, of entry {index}", SECONDS, kept)
    if os.path.getsize(files[0]) > 6144:
        raise Failed(f"{files[0]} has {os.path.getsize(files[0])} bytes")
    return files[0]


def check_fork(path, card, index):
    """What an auditor sees who has the file and the card."""
    code, out, err = run(["liaison-audit", "check-fork", path, "--key", card, "--json"], expect=None)
    said = json.loads(out)
    if code != 2 or said["result"] != "fork" or said["index"] != index or not said["identityChecked"]:
        raise Failed(f"check-fork {path}: exit {code}: {said}")
    code, out, err = run(["liaison-audit", "check-fork", path], expect=None)
    if b"identity (no card" not in out:
        raise Failed(f"check-fork without a card said: {out.decode()}")
    with open(path, "rb") as file:
        spoilt = bytearray(file.read())
    spoilt[-100] ^= 1
    with open(path + ".spoilt", "wb") as file:
        file.write(spoilt)
    code, _, _ = run(["liaison-audit", "check-fork", path + ".spoilt", "--key", card], expect=None)
    os.remove(path + ".spoilt")
    if code != 1:
        raise Failed(f"check-fork of a changed file: exit {code}")
    opinion = verify_fork(path, "--key", card)
    if opinion is not None and opinion != (2, "RESULT fork 2"):
        raise Failed(f"the second verifier on {path}: {opinion}")


def verify_fork(*words):
    """What the verifier in Python says; None where python3-cryptography is missing."""
    python = "/usr/bin/python3"
    try:
        subprocess.run([python, "-c", "import cryptography"], check=True, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return None
    verifier = os.path.join(os.path.dirname(SECOND_VERIFIER), "verify_fork.py")
    done = subprocess.run([python, verifier, *words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    return done.returncode, done.stdout.decode(errors="replace").strip().splitlines()[-1]


def check_vectors():
    """The verifier in Python agrees with the specification on every form of evidence."""
    path = os.path.join(os.path.dirname(SECOND_VERIFIER), "..", "..", "Protocols", "vectors", "log.json")
    opinion = verify_fork("--vectors", path)
    if opinion is not None and opinion != (0, "RESULT ok 0"):
        raise Failed(f"the second verifier on {path}: {opinion}")


def heading(text):
    print(f"-- {text} ({time.monotonic() - BEGAN:.0f} s)", flush=True)


def meet(network, *pairs):
    """Cards in both directions; the first of a pair dials."""
    for node, other in pairs:
        node.add_peer(other, address=True)
        other.add_peer(node, address=False)


def copy_of(network, node):
    """What a restored snapshot of the whole machine is: folder, keys and token."""
    copy = Node(network, f"{node.name}-copy")
    shutil.copytree(node.data, copy.data, ignore=shutil.ignore_patterns("*.socket"))
    shutil.copy(node.data + ".token", copy.data + ".token")
    network.nodes[copy.name] = copy
    return copy


def body():
    network = Network(["nl", "be", "fr", "lu"])
    try:
        check_vectors()
        nl, be, fr, lu = network
        heading("nl and its partners be and fr; lu holds their cards and is connected to nobody")
        for node in network:
            node.make()
            node.start()
        meet(network, (nl, be), (nl, fr))
        # Known by their cards, and not dialled: who carries what they write is not said.
        for node, other in [(be, fr), (fr, be), (be, lu), (fr, lu), (lu, nl), (lu, be), (lu, fr)]:
            node.add_peer(other, address=False)
        publish(nl, COMMON - 1, "common", "--replicas", "2")
        size = log(nl, "nl/1")["size"]
        for partner in (be, fr):
            wait_size(partner, "nl/1", size)
        wait_for("be holds fr's cosignature", 60, lambda: any(text.split()[0] == "fr" for text in log(be, "nl/1")["cosignatures"]))

        heading("nl is copied with its token and keys; each copy reaches one partner alone")
        for node in (nl, be, fr):
            node.stop()
        copy = copy_of(network, nl)
        nl.run("peer", "remove", "fr")
        copy.run("peer", "remove", "be")
        for node in (be, fr, nl, copy):
            node.start()
        # The partners know nl without an address: each copy dials its own.
        left = publish(nl, 9, "one history", "--replicas", "1")
        right = publish(copy, 4, "another history", "--replicas", "1")
        for node, partner in [(nl, be), (copy, fr)]:
            wait_size(partner, "nl/1", log(node, "nl/1")["size"])
        for partner in (be, fr):
            if log(partner, "nl/1").get("frozenAt") is not None:
                raise Failed(f"{partner.name} knows of a fork that it cannot know of")

        heading("be and fr meet")
        begin = time.monotonic()
        be.add_peer(fr, address=True)
        for partner in (be, fr):
            found = wait_frozen(partner, "nl/1", size)
            if not found["evidence"] or "epoch" not in found["help"]:
                raise Failed(f"{partner.name} does not say what to do: {found}")
            text = partner.run("status").decode()
            if f"frozen at {size}" not in text.lower() or ".fork" not in text:
                raise Failed(f"status of {partner.name} does not name the proof:\n{text}")
        found = log(be, "nl/1")
        if found["witnesses"] != ["fr"] or found["witnessedSize"] > size or "cosigned by 1 of 2" not in be.run("status").decode():
            raise Failed(f"be does not say who cosigned before the proof: {found}")
        print(f"   both froze nl/1 at {size} within {time.monotonic() - begin:.1f} s")

        heading("lu was connected to neither: it meets be, and is told")
        lu.add_peer(be, address=True)
        wait_frozen(lu, "nl/1", size)
        wait_size(lu, "nl/1", size)
        for node in (be, fr, lu):
            check_fork(proof_file(node, size), nl.card, size)

        heading("the logs of the others go on, what was delivered is read, and marked")
        publish(fr, 3, "after the fork", "--replicas", "1")
        wait_size(lu, "fr/1", log(fr, "fr/1")["size"])
        wait_size(be, "fr/1", log(fr, "fr/1")["size"])
        for partner, entry in [(be, left[-1]), (fr, right[-1])]:
            if "proven fork" not in partner.run("show", entry).decode():
                raise Failed(f"{partner.name} shows {entry} without a mark")
            lines = [json.loads(line) for line in partner.run("tail", "--json").splitlines()]
            marked = {line["entry"] for line in lines if line.get("disputed")}
            if entry not in marked or any(int(entry.rsplit("/", 1)[1]) < size for entry in marked):
                raise Failed(f"{partner.name}: tail marks {sorted(marked)}")
        for node in (nl, copy):
            wait_for(f"{node.name} is closed", SECONDS, lambda: node.status()["signing"] == "closed")

        heading("the freeze outlives restarts")
        for node in (be, fr, lu):
            node.stop()
        for node in (be, fr, lu):
            node.start()
        for node in (be, fr, lu):
            wait_frozen(node, "nl/1", size)
            proof_file(node, size)

        heading("nl stops its copy and opens the next epoch, which everybody follows")
        copy.stop()
        del network.nodes[copy.name]
        nl.run("epoch", "open", "--recovery", nl.data + ".recovery", "--passphrase-file",
               os.path.join(network.folder, "nl.passphrase"))
        with open(os.path.join(network.folder, "nl-2.card"), "wb") as file:
            file.write(nl.run("card"))
        wait_for("nl signs", SECONDS + 30, lambda: nl.status()["signing"] == "ready")
        published = publish(nl, 3, "in the next epoch", "--replicas", "1")
        for node in (be, fr, lu):
            wait_size(node, "nl/2", log(nl, "nl/2")["size"])
            wait_frozen(node, "nl/1", size)
        if len(published) != 3:
            raise Failed(f"nl printed {published}")

        heading("that opening settles nl's branch: be has it undisputed, lu gets it, fr keeps the other")
        wait_size(lu, "nl/1", log(nl, "nl/1")["size"])
        for node in (be, lu):
            if "proven fork" in node.run("show", left[-1]).decode():
                raise Failed(f"{node.name} disputes {left[-1]}, which the opening settled")
        if "proven fork" not in fr.run("show", right[-1]).decode():
            raise Failed(f"fr shows {right[-1]} without a mark")
        cards = [node.card for node in (nl, be, fr, lu)] + [os.path.join(network.folder, "nl-2.card")]
        for node in (be, fr, lu):
            node.stop()
            code, text = audit(node.data, cards, expect=None)
            if code not in (0, 2, 3) or "RESULT failed" in text:
                raise Failed(f"the audit of {node.name}: {code}\n{text}")
        heading("done")
        return 0
    finally:
        network.close()


BEGAN = time.monotonic()
main(body)
