"""One flipped bit in each kind of file of one of three nodes, while it serves: found, mended, and the time from flip to mended.

The bit is flipped in the own log of the node and in one that it holds for another. The pass that looks for it is begun at once, as
an operator may; by itself one begins every day, and whatever is read for a peer is compared at once.
"""
import argparse, os, random, struct, time
from nodes import *

CONNECT_SECONDS = 30
MEND_SECONDS = 30
PUBLISHES = 6
RECORDS = 60
PAGE = 4096
FRAME_HEADER = 48


def flip(path, offset, bit):
    """Returns the byte as it was."""
    with open(path, "r+b", buffering=0) as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1 << bit]))
    return byte


def byte_at(path, offset):
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(1)[0]


def places(folder, entry, chance):
    """A byte of each kind of file of a log: of that entry, or of the first or last record."""
    with open(os.path.join(folder, "bodies.index"), "rb") as file:
        file.seek(32 * entry)
        segment, offset, length = struct.unpack(">III", file.read(12))
    checkpoints = os.path.getsize(os.path.join(folder, "checkpoints"))
    return [
        ("body", f"bodies/{segment:08d}", offset + 16 + chance.randrange(length)),
        ("leaf", "entries", 216 * entry + chance.randrange(216)),
        ("hashes", "hashes", 32 * entry + chance.randrange(32)),
        ("nodes", "nodes", chance.randrange(32)),
        ("bodies.index", "bodies.index", 32 * entry + chance.randrange(12)),
        ("control", "control", chance.randrange(8)),
        ("checkpoint", "checkpoints", checkpoints - 320 + 40),
    ]


def journal_place(data, chance):
    """A byte of the last whole commit of the newer journal."""
    newest = None
    for number in (0, 1):
        with open(os.path.join(data, f"journal.{number}"), "rb") as file:
            content = file.read()
        if content[:8] != b"liaisonj":
            continue
        generation = int.from_bytes(content[16:24], "big")
        if newest is None or generation > newest[0]:
            newest = (generation, number, content)
    generation, number, content = newest
    at, found, sequence = 0, None, 0
    while at < len(content) and content[at:at + 8] == b"liaisonj":
        length = int.from_bytes(content[at + 12:at + 16], "big")
        if int.from_bytes(content[at + 16:at + 32], "big") != generation << 64 | sequence:
            break
        if length > 100 and sequence > 0:
            found = at + FRAME_HEADER + chance.randrange(length)
        at += (FRAME_HEADER + length + PAGE - 1) // PAGE * PAGE
        sequence += 1
    if found is None:
        raise Failed(f"journal.{number} has no commit to damage")
    return f"journal.{number}", found


class Load:
    """Records from every node to all, so that there is something to heal and something to serve."""

    def __init__(self, network):
        self.network, self.number = network, 0

    def publish(self, node, count):
        records = []
        for _ in range(count):
            self.number += 1
            records.append(b'{"type":"load","n":%d,"pad":"%s"}' % (self.number, b"x" * 300))
        node.run("publish", "--to", "all", "-", stdin=b"\n".join(records) + b"\n")


def converged(network):
    states = [node.status() for node in network]
    return all(vectors(state) == vectors(states[0]) for state in states[1:])


def said_since(node, begin):
    with open(node.log_path, "rb") as log:
        log.seek(begin)
        return log.read().decode(errors="replace")


def heal(network, load, what, name, path, offset, chance):
    node, other = network["nl"], network["be"]
    begin = os.path.getsize(node.log_path)
    moment = time.monotonic()
    byte = flip(path, offset, chance.randrange(8))
    node.run("scrub")
    # It serves meanwhile: what it publishes arrives elsewhere, and what is published there arrives here.
    load.publish(other, 3)
    load.publish(node, 3)
    is_journal = name.startswith("journal")

    def is_mended():
        said = said_since(node, begin)
        return "mended: " in said and (is_journal or byte_at(path, offset) == byte)
    try:
        wait_for(what, MEND_SECONDS, is_mended, every=0.01)
    except Failed as failure:
        raise Failed(f"{failure} ({path} at {offset}); the node said: {said_since(node, begin).strip()}")
    seconds = time.monotonic() - moment
    wait_for("all to hold the same", CONNECT_SECONDS, lambda: converged(network))
    print(f"  {what}: mended after {seconds:.2f} s", flush=True)
    return seconds


def body():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seed", type=int, default=1, help="of what is drawn; another one searches")
    options = arguments.parse_args()
    print(f"seed {options.seed}", flush=True)
    chance = random.Random(options.seed)
    network = Network(["nl", "be", "de"])
    try:
        for node in network:
            node.make()
            node.start()
        network.introduce(lambda node, other: node.name > other.name)
        wait_for("all connected", CONNECT_SECONDS, lambda: all(is_connected(node.status()) for node in network))
        load = Load(network)
        for _ in range(PUBLISHES):
            for node in network:
                load.publish(node, RECORDS)
        wait_for("all to hold the same", CONNECT_SECONDS, lambda: converged(network))
        nl = network["nl"]
        ids = {log["origin"]: log["id"] for log in nl.status()["logs"]}
        # What is checkpointed and cosigned soon is in log files; so is what the entries owe.
        wait_for("a checkpoint of each log", CONNECT_SECONDS, lambda: all(
            os.path.getsize(os.path.join(nl.data, "logs", log, "checkpoints")) for log in ids.values()))
        times = []
        for origin in ("nl/1", "be/1"):
            folder = os.path.join(nl.data, "logs", ids[origin])
            for kind, name, offset in places(folder, chance.randrange(5, 250), chance):
                times.append(heal(network, load, f"{kind} of {origin}", name, os.path.join(folder, name), offset, chance))
        load.publish(nl, RECORDS)
        name, offset = journal_place(nl.data, chance)
        times.append(heal(network, load, "journal", name, os.path.join(nl.data, name), offset, chance))
        cards = [node.card for node in network]
        for node in network:
            if node.stop() is None or node.process.returncode != 0:
                raise Failed(f"liaisond of {node.name} ended with {node.process.returncode}")
            audit(node.data, cards)
            node.run("fsck")
        print(f"{len(times)} flipped bits were mended while the node served, the slowest after {max(times):.2f} s; "
              f"audits and fsck are content")
    finally:
        network.close()
    return 0


if __name__ == "__main__":
    main(body)
