"""The whole of docs/restore.md on three real nodes: what is acknowledged and stored by a peer comes back, nobody signs twice.

nl loses its disk and keeps its token, be loses both, fr is rolled back with its token, nl's folder is started a second time
beside the original, and nl is restored once more from a backup that is an epoch old. Each goes on in its next epoch, which the others follow without being asked. At the end every record that was
ever printed is read on every node, no log is disputed, and audits and fsck are content with all folders.
"""
import os, shutil, subprocess, threading, time
from nodes import *

CONVERGE_SECONDS = 40


class Load(threading.Thread):
    """Publishes small batches from a node until told to stop; keeps what was printed."""

    def __init__(self, node):
        super().__init__()
        self.node = node
        self.ending = threading.Event()
        self.printed = {}
        self.failure = None

    def run(self):
        number = 0
        while not self.ending.is_set():
            number += 1
            try:
                self.printed.update(publish(self.node, 8, f"load {number}"))
            except Failed as failure:
                self.failure = failure
                return

    def stop(self):
        self.ending.set()
        self.join()
        if self.failure:
            raise self.failure
        return self.printed


def publish(node, count, text, *options, to="all"):
    """Publishes, and returns the record of each entry that was printed."""
    records = [b'{"type":"note","by":"%s","text":"%s","n":%d}' % (node.name.encode(), text.encode(), number)
               for number in range(count)]
    said = node.run("publish", "--to", to, *options, "-", stdin=b"\n".join(records) + b"\n")
    entries = said.decode().split()
    if len(entries) != count:
        raise Failed(f"{node.name} printed {len(entries)} entries for {count} records")
    return dict(zip(entries, records))


def refused(node, words, code, *parts, stdin=b'{"type":"note"}\n'):
    """Runs a verb that must fail with this exit status, and say these words."""
    got, out, err = run(node.command(*words), expect=None, stdin=stdin)
    said = (out + err).decode()
    if got != code or not all(part in said for part in parts):
        raise Failed(f"{' '.join(words)} at {node.name}: exit {got}, not {code} with {parts}: {said.strip()}")


def secret_file(node):
    return ["--passphrase-file", os.path.join(node.network.folder, f"{node.name}.passphrase")]


def recovery(node, epoch):
    return node.data + (".recovery" if epoch == 2 else f".recovery-{epoch}")


def backup(node, name, cards):
    """A backup, which is audited at once; returns its folder and the size of the node's own log in it."""
    target = os.path.join(node.network.folder, name)
    said = node.run("backup", target).decode()
    content(target, cards)
    for folder, _, files in os.walk(target):
        for file in files:
            if file.endswith((".psk", ".key")) or "token" in file or file == "lock":
                raise Failed(f"a backup holds {os.path.join(folder, file)}")
    return target, said


def content(folder, cards):
    """Both verifiers say ok, also where a node writes to the folder meanwhile (Protocols/audit.md, AUD-29)."""
    audit(folder, cards)
    opinion = second_opinion(folder, cards)
    if opinion is not None and opinion[0] != 0:
        raise Failed(f"the second verifier on {folder}: {opinion}")


def export_keys(node, name):
    path = os.path.join(node.network.folder, name)
    said = node.run("keys", "export", path, *secret_file(node)).decode()
    if "read back" not in said:
        raise Failed(f"keys export said: {said}")
    return path


def lose_disk(node, token):
    """SIGKILL, and the folder is gone."""
    node.kill()
    shutil.rmtree(node.data)
    if token:
        os.remove(node.data + ".token")


def restore(node, source, keys):
    node.run("restore", "--from", source, "--keys", keys, *secret_file(node))
    refused(node, ["restore", "--from", source, "--keys", keys, *secret_file(node)], 73, "is there already")
    node.start()


def wait_closed(node, why):
    report = wait_for(f"{node.name} is closed", CONVERGE_SECONDS,
                      lambda: [status for status in [node.status()] if status["signing"] == "closed"])[0]
    if why not in report["signingWhy"] or "epoch open" not in report["signingHelp"]:
        raise Failed(f"{node.name} is closed because {report['signingWhy']}; help: {report['signingHelp']}")
    before = sizes(report)
    refused(node, ["publish", "--to", "all", "-"], 69, "signs nothing more in this epoch", "liaison epoch open")
    if sizes(node.status())[own(report)] < before[own(report)]:
        raise Failed(f"{node.name} became shorter")


def own(report):
    return next(log["origin"] for log in report["logs"] if log["own"])


def wait_size(node, origin, size):
    wait_for(f"{node.name} holds {size} entries of {origin}", CONVERGE_SECONDS,
             lambda: sizes(node.status()).get(origin) == size)


def open_epoch(node, epoch, others, then=lambda: None):
    """Opens it; the others follow, and know the node by its new card."""
    said = node.run("epoch", "open", "--recovery", recovery(node, epoch), *secret_file(node)).decode()
    origin = f"{node.name}/{epoch}"
    if f"opened {origin}" not in said:
        raise Failed(f"epoch open said: {said}")
    card = os.path.join(node.network.folder, f"{node.name}-{epoch}.card")
    with open(card, "wb") as file:
        file.write(node.run("card"))
    for other in others:
        wait_for(f"{other.name} follows {origin}", CONVERGE_SECONDS,
                 lambda: sizes(other.status()).get(origin, 0) > 0
                 and f"{origin} " in other.run("peer", "list").decode())
        if f"{node.name}/{epoch - 1}" not in other.run("peer", "list").decode():
            raise Failed(f"{other.name} lists only one epoch of {node.name}")
    then()
    wait_ready(node)
    return card


def wait_ready(*nodes):
    for node in nodes:
        wait_for(f"{node.name} signs", CONVERGE_SECONDS, lambda: node.status()["signing"] == "ready")


def wait_equal(network, nodes):
    def is_equal():
        states = [node.status() for node in nodes]
        for state in states:
            for log in state["logs"]:
                if log["disputed"] or log.get("frozenAt") is not None:
                    raise Failed(f"{state['node']} has {log['origin']} frozen or disputed: {log}")
        return all(vectors(state) == vectors(states[0]) for state in states[1:])
    wait_for("all nodes hold the same", CONVERGE_SECONDS, is_equal)


def heading(text):
    print(f"-- {text} ({time.monotonic() - BEGAN:.0f} s)", flush=True)


def disk_lost_token_kept(network, printed, cards):
    nl, be, fr = network["nl"], network["be"], network["fr"]
    heading("nl: backups under load and audits of the running nodes, then its disk is lost, and the token is not")
    keys = export_keys(nl, "nl.keys")
    load = Load(nl)
    load.start()
    try:
        for number in range(3):
            source, _ = backup(nl, f"nl.backup{number}", cards)
        for node in 5 * [nl, be, fr]:
            content(node.data, cards)
    finally:
        printed.update(load.stop())
    refused(nl, ["backup", source], 69, "is there already")
    printed.update(publish(nl, 20, "after the backup", "--replicas", "2"))
    size = sizes(nl.status())["nl/1"]
    # Three more, which only fr gets.
    be.stop()
    late = publish(nl, 3, "late", "--replicas", "1")
    fr.stop()
    lose_disk(nl, token=False)
    be.start()
    restore(nl, source, keys)
    wait_closed(nl, "the token names entry")
    wait_size(nl, "nl/1", size)
    heading("nl opens its next epoch; be follows at once, fr when it is back, and marks what came late")
    # All peers are asked again before it signs.
    card = open_epoch(nl, 2, [be], then=fr.start)
    wait_for("fr follows nl/2", CONVERGE_SECONDS, lambda: sizes(fr.status()).get("nl/2", 0) > 0)
    since = len(printed)
    printed.update(publish(nl, 10, "in the next epoch", "--replicas", "2"))
    entry = sorted(late)[0]
    if "yes: after the end" not in fr.run("show", entry).decode():
        raise Failed(f"fr shows {entry} without the mark: {fr.run('show', entry).decode()}")
    if sizes(fr.status())["nl/1"] != size + 3 or sizes(be.status())["nl/1"] != size:
        raise Failed("a late entry was lost, or was taken up")
    refused(nl, ["epoch", "open", "--recovery", recovery(nl, 2), *secret_file(nl)], 65, "opened already")
    return card, source, keys, since


def both_lost(network, printed, cards):
    nl, be, fr = network["nl"], network["be"], network["fr"]
    heading("be: disk and token are lost; restored from an older backup")
    keys = export_keys(be, "be.keys")
    source, _ = backup(be, "be.backup", cards)
    printed.update(publish(be, 15, "after the backup", "--replicas", "2"))
    size = sizes(be.status())["be/1"]
    lose_disk(be, token=True)
    for peer in (nl, fr):
        peer.stop()
    restore(be, source, keys)
    wait_closed(be, "is missing")
    refused(be, ["epoch", "open", "--recovery", recovery(be, 2), *secret_file(be)], 65, "No peer has answered")
    nl.start()
    fr.start()
    wait_size(be, "be/1", size)
    # A token that is put there afterwards does not open it again: own entries came back.
    shutil.copy(fr.data + ".token", be.data + ".token")
    be.stop()
    be.start()
    wait_closed(be, "held own entries")
    card = open_epoch(be, 2, [nl, fr])
    printed.update(publish(be, 5, "in the next epoch", "--replicas", "2"))
    return card


def rolled_back_together(network, printed):
    nl, be, fr = network["nl"], network["be"], network["fr"]
    heading("fr: folder and token are rolled back together; its peers know better")
    fr.stop()
    shutil.copytree(fr.data, fr.data + ".snapshot", ignore=shutil.ignore_patterns("*.socket"))
    shutil.copytree(fr.data + ".snapshot", fr.data + ".old")
    shutil.copy(fr.data + ".token", fr.data + ".token.snapshot")
    fr.start()
    wait_ready(fr)
    printed.update(publish(fr, 10, "after the snapshot", "--replicas", "2"))
    size = sizes(fr.status())["fr/1"]
    fr.stop()
    shutil.rmtree(fr.data)
    os.rename(fr.data + ".snapshot", fr.data)
    os.replace(fr.data + ".token.snapshot", fr.data + ".token")
    fr.start()
    wait_closed(fr, "it is an old copy")
    wait_size(fr, "fr/1", size)
    card = open_epoch(fr, 2, [nl, be])
    printed.update(publish(fr, 5, "in the next epoch", "--replicas", "2"))
    return card


def opened_elsewhere(network, printed, source, keys, since):
    """A backup of the first epoch, restored when the second was opened long ago. What was sealed to the keys of the second, this node
    cannot read with an export of the first; its partners do. Returns the new card and these entries."""
    nl, be, fr = network["nl"], network["be"], network["fr"]
    heading("nl: a backup from before its second epoch is restored; the third follows the second")
    size = sizes(nl.status())["nl/2"]
    lose_disk(nl, token=True)
    restore(nl, source, keys)
    wait_for("nl hears of its second epoch", CONVERGE_SECONDS,
             lambda: any("nl/2 was opened elsewhere" in text for text in nl.status()["warnings"]))
    wait_size(nl, "nl/2", size)
    refused(nl, ["epoch", "open", "--recovery", recovery(nl, 2), *secret_file(nl)], 65, "opened already")
    refused(nl, ["epoch", "open", "--recovery", recovery(be, 3), *secret_file(be)], 65, "recovery file of be/3")
    card = open_epoch(nl, 3, [be, fr])
    sealed = set(list(printed)[since:])
    printed.update(publish(nl, 5, "in the third epoch", "--replicas", "2"))
    own = next(entry for entry in sealed if entry.startswith("nl/2/"))
    if "not for this node" not in nl.run("show", own).decode():
        raise Failed(f"nl shows {own} without its key: {nl.run('show', own).decode()}")
    return card, sealed


def opened_twice(network):
    """What --unasked can do: an old copy of fr, alone, opens an epoch that exists. It is contested everywhere, and sealed to by nobody."""
    nl, be, fr = network["nl"], network["be"], network["fr"]
    heading("an old copy of fr opens its second epoch once more, unasked")
    shutil.rmtree(fr.data)
    os.rename(fr.data + ".old", fr.data)
    os.remove(fr.data + ".token")
    fr.start()
    wait_closed(fr, "is missing")
    fr.run("epoch", "open", "--recovery", recovery(fr, 2), "--unasked", "--next-recovery",
           recovery(fr, 4), *secret_file(fr))
    nl.start()
    be.start()
    for node in (nl, be):
        wait_for(f"{node.name} sees that fr/1 has two next epochs", CONVERGE_SECONDS,
                 lambda: any("two different next epochs" in text for text in node.status()["warnings"])
                 and any(log["origin"] == "fr/2" and log.get("frozenAt") == 0 for log in node.status()["logs"]))
        if not any(name.endswith(".opening") for name in os.listdir(os.path.join(node.data, "faults"))):
            raise Failed(f"{node.name} keeps no evidence")
    wait_closed(fr, "was opened twice")
    wait_ready(nl, be)
    refused(nl, ["publish", "--to", "fr", "-"], 69, "two next epochs", "by voice")
    # Of be: nl has lost the keys that these were sealed to.
    if not be.records("fr/2"):
        raise Failed("what fr had published is no longer read")


def copy_beside(network):
    nl, be = network["nl"], network["be"]
    heading("a copy of nl is started beside the original: both operators and the peers are told")
    copy = Node(network, "nl-copy")
    shutil.copytree(nl.data, copy.data, ignore=shutil.ignore_patterns("*.socket"))
    shutil.copy(nl.data + ".token", copy.data + ".token")
    network.nodes["nl-copy"] = copy
    try:
        copy.start()
        wait_for("the peers see two copies", CONVERGE_SECONDS,
                 lambda: any("two copies of node nl" in text for text in be.status()["warnings"]))
        for node in (nl, copy):
            wait_for(f"{node.name} is told of the other copy", CONVERGE_SECONDS,
                     lambda: any("another copy" in text for text in node.status()["warnings"]))
        if copy.status()["signing"] != "waiting":
            raise Failed(f"the copy is {copy.status()['signing']}")
        before = sizes(copy.status())["nl/2"]
        refused(copy, ["publish", "--to", "be", "--timeout", "1", "-"], 75, "Nothing was published", "be")
        if sizes(copy.status())["nl/2"] != before:
            raise Failed("the copy published")
    finally:
        copy.kill()
        del network.nodes["nl-copy"]
    if nl.status()["signing"] != "ready":
        raise Failed(f"the original is {nl.status()['signing']}")


def body():
    network = Network(["nl", "be", "fr"])
    try:
        heading("three nodes, everybody knows everybody")
        for node in network:
            node.make()
            node.start()
        network.introduce()
        nodes = list(network)
        wait_for("all connected", CONVERGE_SECONDS,
                 lambda: all(is_connected(node.status()) for node in nodes))
        cards = [node.card for node in nodes]
        printed = publish(nodes[0], 30, "before any backup")
        printed.update(publish(nodes[1], 30, "before any backup"))
        printed.update(publish(nodes[2], 10, "before any backup", "--replicas", "2"))
        card, source, keys, since = disk_lost_token_kept(network, printed, cards)
        cards.append(card)
        cards.append(both_lost(network, printed, cards))
        cards.append(rolled_back_together(network, printed))
        copy_beside(network)
        card, sealed = opened_elsewhere(network, printed, source, keys, since)
        cards.append(card)
        heading("at the end: everything printed is read everywhere; audits and fsck")
        check_end(network, nodes, printed, cards, sealed)
        opened_twice(network)
    except BaseException:
        keep(network)
        raise
    finally:
        network.close()
    return 0


def check_end(network, nodes, printed, cards, sealed):
    """- sealed: to keys of nl that its export did not hold."""
    nl, be, fr = nodes
    printed.update(publish(nl, 5, "at the end", "--replicas", "2"))
    wait_equal(network, [nl, be])
    for author in nodes:
        for epoch in (1, 2, 3):
            origin = f"{author.name}/{epoch}"
            entries = {entry: record for entry, record in printed.items() if entry.startswith(origin + "/")}
            for reader in nodes:
                readable = {entry: record for entry, record in entries.items() if reader is not nl or entry not in sealed}
                wait_for(f"{reader.name} reads all of {origin}", CONVERGE_SECONDS,
                         lambda: missing(reader, origin, readable) is None)
    source, _ = backup(nl, "nl.backup-end", cards)
    for node in nodes:
        node.stop()
        audit(node.data, cards)
        node.run("fsck")
    print(f"{len(printed)} printed entries are read on all three nodes, but for {len(sealed)} whose keys nl had not exported, in "
          f"{len(cards)} epochs; no log is disputed; "
          "audits of folders and backups and fsck are content")


def missing(reader, origin, entries):
    held = reader.records(origin)
    for entry, record in entries.items():
        if held.get(int(entry.rsplit("/", 1)[1])) != record:
            return entry
    return None


def keep(network):
    """With LIAISON_KEEP set, leaves a failed run's folders for a look."""
    if os.environ.get("LIAISON_KEEP"):
        for node in network:
            node.kill()
        print(f"kept: {network.folder}", flush=True)
        network.folder = os.path.join(network.folder, "nothing")


BEGAN = time.monotonic()

if __name__ == "__main__":
    main(body)
