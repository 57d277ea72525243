"""A hub under kills, corrections and withdrawals: see Deploy/check-hub.sh."""
import argparse, json, os, random, sqlite3, sys, time
from check_looks import rewritten
from hubs import Hub, looks_audit
from nodes import Failed, Network, main, run, wait_for

COMPLETE_SECONDS = 60
LOOK = ("--purpose", "ct", "--reason", "check")
COMMON = {"v": 1, "basis": "fact", "grade": "B2", "handling": ["H0"], "purpose": ["ct"]}
WORDS = ["harbour", "market", "station", "bridge", "library", "garage"]
# What stands in withdrawn records, and nowhere else.
MARK = "Zyxwvut"

ENTRY = "(SELECT l.origin || '/' || e.place FROM entry e JOIN log l ON l.number = e.log WHERE e.number = t.entry)"
ROWS = [
    "SELECT 'entry', l.origin, e.place, node, epoch, e.id, type, time, expiry, state, purposes, problems, current, hex(record)"
    " FROM entry e JOIN log l ON l.number = e.log",
    f"SELECT 'selector', kind, hex(value), {ENTRY} FROM selector t",
    f"SELECT 'range', hex(series), digits, hex(low), hex(high), {ENTRY} FROM range t",
    f"SELECT 'reference', target, field, {ENTRY} FROM reference t",
    f"SELECT 'word', word, {ENTRY} FROM word t",
    "SELECT 'tally', kind, name, count FROM tally",
    f"SELECT 'keys', hex(keys), {ENTRY} FROM keys t",
]


def rows(hub):
    """All that a rebuild must give again (HUB-1)."""
    database = sqlite3.connect(f"file:{hub.folder}/facts.db?mode=ro", uri=True)
    try:
        return sorted((repr(row) for query in ROWS for row in database.execute(query)))
    finally:
        database.close()


class Story:
    """One run from its seed: what nl published, and what of it stands."""

    def __init__(self, network, seed):
        self.random = random.Random(seed)
        self.network = network
        self.nl = network["nl"]
        self.serial = 0
        self.standing = {}
        self.withdrawn = []

    def record(self):
        self.serial += 1
        choice = self.random.randrange(4)
        name = f"p{self.serial}"
        notes = f"seen near the {self.random.choice(WORDS)} with {MARK}{self.serial}x"
        if choice == 0:
            return {"type": "document", "id": name, **COMMON, "documentType": "P", "number": f"NX{self.serial:06}",
                    "country": "nl", "holder": f"nl:p{self.random.randint(1, self.serial)}", "notes": notes}
        if choice == 1:
            return {"type": "link", "id": name, **COMMON, "subject": f"nl:p{self.random.randint(1, self.serial)}",
                    "object": "be:somebody", "role": "associate", "notes": notes}
        return {"type": "person", "id": name, **COMMON, "category": "suspect", "notes": notes,
                "name": [{"full": f"Testo {MARK}{self.serial}x", "kind": "primary"}], "birthDate": ["1990"]}

    def publish(self):
        records = [self.record() for _ in range(self.random.randint(1, 30))]
        text = "".join(json.dumps(record) + "\n" for record in records).encode()
        entries = self.nl.run("publish", "--to", "be", "-", stdin=text).decode().split()
        for record, entry in zip(records, entries):
            self.standing[record["id"]] = (entry, record)

    def withdraw(self):
        if not self.standing:
            return
        for name in self.random.sample(sorted(self.standing), min(3, len(self.standing))):
            entry, record = self.standing.pop(name)
            self.nl.run("withdraw", entry)
            self.withdrawn.append(record)

    def correct(self):
        people = [name for name, (_, record) in sorted(self.standing.items()) if record["type"] == "person"]
        if not people:
            return
        name = self.random.choice(people)
        record = dict(self.standing[name][1], birthDate=["1991"])
        path = os.path.join(self.network.folder, "correction.json")
        with open(path, "w") as file:
            file.write(json.dumps(record) + "\n")
        said = self.nl.run("correct", f"nl:{name}", path, "--reason", "misread").decode().split()
        entry = next(word for word in said if word.startswith("nl/"))
        self.standing[name] = (entry, record)


def complete(hub):
    """Waits until the hub was told everything that its daemon holds."""
    def is_complete():
        code, out, _ = run(["liaison", "hub", "status", "--json", "--hub", hub.folder], expect=None)
        if code != 0:
            return None
        status = json.loads(out)
        held = {log["origin"]: log["size"] for log in hub.node.status()["logs"]}
        told = {log["origin"]: log["told"] for log in status["progress"]}
        return status if status["complete"] and all(told.get(origin) == size for origin, size in held.items()) else None
    return wait_for(f"the hub of {hub.node.name} is complete", COMPLETE_SECONDS, is_complete)


def same_size(network):
    sizes = [{log["origin"]: log["size"] for log in node.status()["logs"]} for node in network]
    return all(size == sizes[0] for size in sizes)


def one(seed):
    network = Network(["nl", "be"])
    hub = again = None
    try:
        for node in network:
            node.make()
        for node in network:
            node.start()
        network.introduce()
        be = network["be"]
        hub = Hub(be)
        hub.start()
        story = Story(network, seed)
        kills = 0
        for step in range(12):
            action = story.random.choice(["publish", "publish", "withdraw", "correct", "kill hub", "kill daemon"])
            if step < 2 or action == "publish":
                story.publish()
            elif action == "withdraw":
                story.withdraw()
            elif action == "correct":
                story.correct()
            elif action == "kill hub":
                hub.kill()
                hub.start()
                kills += 1
            else:
                be.kill()
                be.start()
                kills += 1
        wait_for("both nodes hold the same", COMPLETE_SECONDS, lambda: same_size(network))
        complete(hub)
        look(hub, story)
        hub.stop()
        anchored(hub, network, seed)
        hub.start()
        again = Hub(be, hub.folder + "-again")
        again.start()
        complete(again)
        found, rebuilt = rows(hub), rows(again)
        again.stop()
        if found != rebuilt:
            odd = sorted(set(found) ^ set(rebuilt))[:4]
            raise Failed(f"seed {seed}: {len(found)} rows, a rebuild has {len(rebuilt)}; they differ in {odd}")
        hub.stop()
        files(hub, story, seed)
        audit(hub, seed)
        print(f"seed {seed}: {len(found)} rows as a rebuild has them, {kills} kills, "
              f"{len(story.standing)} records stand, {len(story.withdrawn)} were withdrawn")
    finally:
        for one_hub in [hub, again]:
            if one_hub:
                one_hub.kill()
        network.close()


def look(hub, story):
    """What stands is found, what was withdrawn is not."""
    for name, (entry, record) in sorted(story.standing.items())[:20]:
        found = [hit["entry"] for hit in hub.lines("search", f"nl:{name}", look=LOOK) if "entry" in hit]
        if found != [entry]:
            raise Failed(f"nl:{name} stands as {entry}, and the hub finds {found}")
    for record in story.withdrawn[:20]:
        if record["id"] in story.standing:
            continue
        found = [hit for hit in hub.lines("search", f"nl:{record['id']}", look=LOOK) if "entry" in hit]
        if found:
            raise Failed(f"nl:{record['id']} was withdrawn, and the hub finds {found}")


def files(hub, story, seed):
    """No word of what was withdrawn is in any file of the hub's facts."""
    raw = b""
    for name in os.listdir(hub.folder):
        if name.startswith("facts.db"):
            with open(os.path.join(hub.folder, name), "rb") as file:
                raw += file.read()
    for record in story.withdrawn:
        word = record["notes"].split()[-1]
        for text in [word, word.lower()]:
            if text.encode() in raw:
                raise Failed(f"seed {seed}: \"{text}\" of a withdrawn record is in the hub's files")


def audit(hub, seed):
    folder = hub.folder + "/consultations"
    code, out, err = run(["liaison-audit", "verify", folder, "--key", folder + "/node.card"], expect=None)
    if code != 0:
        raise Failed(f"seed {seed}: the consultation log does not pass an audit: {(out + err).decode()}")


def anchored(hub, network, seed):
    """Every anchor that nl holds of the hub's looks opens, over all kills; at the stop the last one was made, unless too many were."""
    wait_for("both nodes hold the same", COMPLETE_SECONDS, lambda: same_size(network))
    code, out, err = run(looks_audit(hub, network["nl"], list(network)) + ["--json"], expect=None)
    if code not in (0, 3):
        raise Failed(f"seed {seed}: the looks are not what was anchored: {(out + err).decode()}")
    if json.loads(out)["looks"]["anchors"] < 1:
        raise Failed(f"seed {seed}: no look was ever anchored: {out.decode()}")


def body():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=4)
    arguments = parser.parse_args()
    for seed in range(arguments.seed, arguments.seed + arguments.seeds):
        one(seed)
    rewritten()
    print(f"{arguments.seeds} seeds: the hub's state is that of a rebuild, and its looks pass an audit")
    return 0


if __name__ == "__main__":
    main(body)
