"""Withdrawals to their end on three real nodes: hidden at once, erased after seven days of running time, and confirmed by receipts.

The seven days pass in the file `running` of each node, while it is stopped. A node looks for a receipt a minute after its start; the
one with a hub signs only once that confirmed.
"""
import json, os
from hubs import Hub
from nodes import *
from running_time import pass_running_time
from stored_bodies import files_with, stored_body

CONNECT_SECONDS = 30
RECEIPT_SECONDS = 150
HUB_SECONDS = 300


def person(number, name):
    return json.dumps({
        "type": "person", "v": 1, "id": str(number), "basis": "fact", "grade": "B2", "handling": ["H0"], "purpose": ["ct"],
        "category": "suspect", "name": [{"full": name, "kind": "primary"}]}, separators=(",", ":"))


def reports(node, *words):
    return [json.loads(line) for line in node.run("withdrawals", "--json", *words).splitlines()]


def withdrawn(node, *words):
    """Withdraws; the exit status, the entries that it printed, and what it said besides."""
    code, out, err = run(node.command("withdraw", *words), expect=None)
    return code, out.decode().split(), err.decode()


def expect(what, found, wanted):
    if found != wanted:
        raise Failed(f"{what}: {found!r} and not {wanted!r}")


def withdraw_all(network):
    nl = network["nl"]
    lines = [person(4711, "Testo One"), person(4712, "Testo Two"), person(4713, "Testo Three")]
    path = os.path.join(network.folder, "records.jsonl")
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
    entries = nl.run("publish", "--to", "be,fr", "--replicas", "2", path).decode().split()
    expect("entries of three records", len(entries), 3)
    changed = os.path.join(network.folder, "changed.json")
    with open(changed, "w") as file:
        file.write(person(4711, "Testo Uno") + "\n")
    # Who had the first version has the second, so that both stand.
    second = nl.run("correct", "nl:4711", changed, "--reason", "misspelt", "--keep-older").decode().split()
    expect("entries of a correction that withdraws nothing", len(second), 1)
    wait_for("be and fr have it", CONNECT_SECONDS, lambda: all(
        sizes(node.status()).get("nl/1") == sizes(nl.status())["nl/1"] for node in network))
    samples = {entry: stored_body(network["be"], entry) for entry in entries + second}
    for node in network:
        for entry, sample in samples.items():
            if not files_with(node.data, sample):
                raise Failed(f"{node.name} does not hold {entry}, so that nothing can be erased")
    order = os.path.join(network.folder, "order.txt")
    with open(order, "w") as file:
        file.write("# by order of the court\n\nnl:4712   # the second\n" + entries[2] + "\n")
    code, one, said = withdrawn(nl, "nl:4711", "--replicas", "2")
    expect("withdrawal by an id", (code, len(one)), (0, 1))
    expect("both versions", [len(report["records"]) for report in reports(nl, one[0])], [2])
    code, two, said = withdrawn(nl, "--from", order, "--replicas", "2")
    expect("withdrawal from a file", (code, len(two)), (0, 1))
    code, none, said = withdrawn(nl, "--from", order)
    expect("the same once more", (code, none), (0, []))
    if "2 withdrawn before" not in said or "be 0 of 1, fr 0 of 1" not in said:
        raise Failed(f"a second call does not sum up: {said}")
    code, none, said = withdrawn(nl, "nl:4711", "nl:9999")
    if code != 65 or "nl:9999" not in said:
        raise Failed(f"an id that nobody published: {code}: {said}")
    code, none, said = withdrawn(nl, "se:4711")
    expect("somebody else's record", code, 64)
    for report in reports(nl):
        expect("hidden", (report["state"], report["outstanding"]), ("hidden", ["be", "fr"]))
    return one + two, samples


def confirmed(nl, names):
    """True once these have confirmed every withdrawal, and nobody else."""
    found = reports(nl)
    return found and all(sorted(each["node"] for each in report["confirmations"]) == sorted(names) for report in found)


def expect_gone(node, samples):
    for entry, sample in samples.items():
        found = files_with(node.data, sample)
        if found:
            raise Failed(f"{node.name} signed that {entry} is erased, and it is in {found}")


def body():
    network = Network(["nl", "be", "fr"])
    hub = None
    try:
        for node in network:
            node.make()
        for node in network:
            node.start()
        network.introduce()
        wait_for("all are connected", CONNECT_SECONDS, lambda: all(is_connected(node.status()) for node in network))
        nl, be, fr = network["nl"], network["be"], network["fr"]
        hub = Hub(be)
        hub.start()
        wait_for("the hub's name is known", CONNECT_SECONDS, lambda: b"hub" in be.run("reader", "list"))
        withdrawals, samples = withdraw_all(network)
        hub.stop()
        for node in network:
            pass_running_time(node)
        wait_for("nl has erased it", RECEIPT_SECONDS, lambda: all(report["state"] == "erased" for report in reports(nl)))
        wait_for("the receipt of fr", RECEIPT_SECONDS, lambda: confirmed(nl, ["fr"]), every=1)
        expect_gone(fr, samples)
        # be has erased it as well, and its hub may hold what it gathered.
        wait_for("be says whom it waits for", RECEIPT_SECONDS, lambda: "hub" in " ".join(be.status()["warnings"]), every=1)
        expect("receipts while a hub is away", confirmed(nl, ["fr"]), True)
        hub.start()
        wait_for("the receipt of be, once its hub confirmed", HUB_SECONDS, lambda: confirmed(nl, ["be", "fr"]), every=1)
        expect_gone(be, samples)
        found = reports(nl, "nl:4711")
        expect("of one record", [report["entry"] for report in found], withdrawals[:1])
        expect("when it was heard", all(each.get("heard") for each in found[0]["confirmations"]), True)
        said = nl.run("withdrawals").decode()
        if "may be a lie" not in said:
            raise Failed(f"nobody is told what a receipt is: {said}")
        hub.stop()
        for node in network:
            node.stop()
        cards = [node.data + "/node.card" for node in network]
        for node in network:
            # What was erased cannot be audited, and is listed.
            code, text = audit(node.data, cards, expect=None)
            line = text.strip().splitlines()[-1]
            if line != "RESULT partial 3" or "4 bodies, which are withdrawn" not in text:
                raise Failed(f"the audit of {node.name} is not content: {text}")
            second = second_opinion(node.data, cards)
            if second is not None:
                expect(f"the second verifier on {node.name}", second[1], line)
        print("withdrawn by id and from a file, erased, and confirmed by the receipts of all, of one only after its hub")
        return 0
    finally:
        if hub:
            hub.kill()
        network.close()


if __name__ == "__main__":
    main(body)
