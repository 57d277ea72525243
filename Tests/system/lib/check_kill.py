"""SIGKILL at any moment under load: nothing acknowledged is missing, nothing is signed twice.

Two nodes publish to each other without a pause. In each round one of them is killed at a random moment. The killed folder is
audited as it lies there; after the restart both must hold the same, and at every index that the other node had seen before
the kill, the same bytes. At the end every entry that was ever printed is opened and compared with its record.
"""
import argparse, os, random, subprocess, threading, time
from nodes import *

LEAF_BYTES = 216
DOMAIN = b"liaison-entry/v1"
RECORDS_AT_MOST = 60
CONVERGE_SECONDS = 30
CONNECT_SECONDS = 30


class Publisher(threading.Thread):
    """Publishes small files from one node to the other until told to stop; keeps what was acknowledged."""

    def __init__(self, node, seed):
        super().__init__()
        self.node = node
        self.chance = random.Random(seed)
        self.ending = threading.Event()
        self.acknowledged = {}
        self.failures = []
        self.number = 0

    def run(self):
        while not self.ending.is_set():
            records = []
            for _ in range(self.chance.randint(1, RECORDS_AT_MOST)):
                self.number += 1
                pad = "x" * self.chance.choice([0, 40, 400, 4000])
                records.append(b'{"type":"load","from":"%s","n":%d,"pad":"%s"}'
                               % (self.node.name.encode(), self.number, pad.encode()))
            words = self.node.command("publish", "--to", "all", "-")
            process = subprocess.Popen([binary(words[0])] + words[1:], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            out, err = process.communicate(b"\n".join(records) + b"\n")
            # A last line without its end was not printed.
            for line, record in zip(out.split(b"\n")[:-1], records):
                self.acknowledged[line.decode()] = record
            if process.returncode != 0:
                self.failures.append((process.returncode, err.decode().strip()))
                return


def leaves(node):
    """Every leaf in the node's files and journals, by (log, index): what it had seen."""
    found = {}
    paths = [os.path.join(node.data, name) for name in os.listdir(node.data) if name.startswith("journal")]
    logs = os.path.join(node.data, "logs")
    paths += [os.path.join(logs, log, "entries") for log in os.listdir(logs)]
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        at = data.find(DOMAIN)
        while at >= 0:
            leaf = data[at:at + LEAF_BYTES]
            if len(leaf) == LEAF_BYTES and leaf[152:] != bytes(64):
                found[(leaf[16:48], int.from_bytes(leaf[48:56], "big"))] = leaf
            at = data.find(DOMAIN, at + 1)
    return found


def own_id(node):
    for log in node.status()["logs"]:
        if log["own"]:
            return bytes.fromhex(log["id"])
    raise Failed(f"{node.name} shows no log of its own")


def check_folder(node, cards, moment):
    try:
        audit(node.data, cards)
    except Failed as failure:
        raise Failed(f"{moment}: {failure}")
    node.run("fsck")


def converge(network):
    def is_equal():
        states = [node.status() for node in network]
        for state in states:
            for log in state["logs"]:
                if log["disputed"] or log.get("frozenAt") is not None:
                    raise Failed(f"{state['node']} has {log['origin']} frozen or disputed: {log}")
            if state["signing"] == "closed":
                raise Failed(f"{state['node']} is closed: {state.get('signingWhy')}")
        return all(vectors(state) == vectors(states[0]) for state in states[1:]) and all(
            state["signing"] == "ready" for state in states)
    wait_for("both nodes hold the same after the restart", CONVERGE_SECONDS, is_equal)


def round_of(network, number, chance, acknowledged, numbers, ids, cards):
    publishers = []
    for node in network:
        publisher = Publisher(node, chance.random())
        publisher.number = numbers[node.name]
        publishers.append(publisher)
        publisher.start()
    victim = network[chance.choice(["nl", "be"])]
    other = network["be" if victim.name == "nl" else "nl"]
    moment = 0.05 + chance.random() * 1.5
    try:
        time.sleep(moment)
        if not victim.is_running():
            raise Failed(f"liaisond of {victim.name} ended by itself")
        victim.kill()
    finally:
        for publisher in publishers:
            publisher.ending.set()
        for publisher in publishers:
            publisher.join()
    printed = 0
    for publisher in publishers:
        acknowledged[publisher.node.name].update(publisher.acknowledged)
        numbers[publisher.node.name] = publisher.number
        printed += len(publisher.acknowledged)
        if publisher.node is other and publisher.failures:
            raise Failed(f"publish at {other.name}, which was not killed, failed: {publisher.failures}")
    # What the other one had of the victim's log by the time of the kill must never change.
    seen = {place: leaf for place, leaf in leaves(other).items() if place[0] == ids[victim.name]}
    check_folder(victim, cards, f"round {number}, folder of {victim.name} as the kill left it")
    victim.start()
    converge(network)
    print(f"round {number}: {victim.name} killed after {moment:.2f} s of load, {printed} entries printed, "
          f"{len(seen)} seen by {other.name}; both hold the same", flush=True)
    return seen


def final_leaves(network, ids):
    """After a clean stop: both nodes' entry files, which must be equal."""
    final = {}
    for name, log in ids.items():
        files = []
        for node in network:
            with open(os.path.join(node.data, "logs", log.hex(), "entries"), "rb") as file:
                files.append(file.read())
        shortest = min(len(data) for data in files)
        if any(data[:shortest] != files[0][:shortest] for data in files):
            raise Failed(f"the two nodes hold different entries of {name}/1")
    for node in network:
        for place, leaf in leaves(node).items():
            if final.setdefault(place, leaf) != leaf:
                raise Failed(f"two different entries of one log at index {place[1]}")
    return final


def body():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=8)
    arguments.add_argument("--seed", type=int, default=1, help="of what is drawn; another one searches")
    options = arguments.parse_args()
    print(f"seed {options.seed}", flush=True)
    chance = random.Random(options.seed)
    network = Network(["nl", "be"])
    acknowledged = {"nl": {}, "be": {}}
    numbers = {"nl": 0, "be": 0}
    try:
        for node in network:
            node.make()
            node.start()
        network.introduce()
        wait_for("both connected", CONNECT_SECONDS,
                 lambda: all(is_connected(node.status()) for node in network))
        ids = {node.name: own_id(node) for node in network}
        cards = [node.card for node in network]
        seen = {}
        for number in range(1, options.rounds + 1):
            for place, leaf in round_of(network, number, chance, acknowledged, numbers, ids, cards).items():
                if seen.setdefault(place, leaf) != leaf:
                    raise Failed(f"index {place[1]} was signed twice")
        count = check_acknowledged(network, acknowledged)
        for node in network:
            node.stop()
        final = final_leaves(network, ids)
        for place, leaf in seen.items():
            if final.get(place) != leaf:
                raise Failed(f"index {place[1]} is missing, or was signed twice")
        for node in network:
            check_folder(node, cards, f"folder of {node.name} at the end")
        print(f"{options.rounds} kills: all {count} printed entries are there with their records, on both nodes; "
              f"{len(seen)} entries seen before a kill are the same after it; audits and fsck are content")
    except BaseException:
        keep(network)
        raise
    finally:
        network.close()
    return 0


def check_acknowledged(network, acknowledged):
    count = 0
    for author in network:
        for reader in network:
            held = reader.records(f"{author.name}/1")
            for entry, record in acknowledged[author.name].items():
                got = held.get(int(entry.rsplit("/", 1)[1]))
                if got != record:
                    what = "is missing" if got is None else "has other bytes"
                    raise Failed(f"{entry} was printed and {what} at {reader.name}")
        count += len(acknowledged[author.name])
    if count == 0:
        raise Failed("no entry was ever printed, so nothing was checked")
    return count


def keep(network):
    """With LIAISON_KEEP set, leaves a failed run's folders for a look."""
    if os.environ.get("LIAISON_KEEP"):
        for node in network:
            node.kill()
        print(f"kept: {network.folder}", flush=True)
        network.folder = os.path.join(network.folder, "nothing")


if __name__ == "__main__":
    main(body)
