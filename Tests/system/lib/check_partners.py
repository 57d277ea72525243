"""Five partners with real daemons and hubs, through all that changes between them in years.

nl convenes a group of be, fr and de; se joins it later. The hubs of be, fr and se answer their analysts.
"""
import json, os, random, re
from hubs import Hub
from nodes import *
from running_time import pass_running_time
from stored_bodies import files_with, stored_body
from streams import Stream

GROUP = "nl:ctf-test"
CONNECT_SECONDS = 30
ARRIVE_SECONDS = 60
HUB_SECONDS = 60
RECEIPT_SECONDS = 400
LOAD_SECONDS = 3
RECORDS_A_SECOND = 1_000
ROTATIONS = 2
EX_NOINPUT, EX_UNAVAILABLE, EX_NOPERM = 66, 69, 77
# The machine is busy, and another peer is asked: no complaint.
BUSY = "sends nothing, asking elsewhere"
GONE = {"hidden", "purged"}


def heading(text):
    print(f"-- {text}", flush=True)


def expect(what, found, wanted):
    if found != wanted:
        raise Failed(f"{what}: {found!r} and not {wanted!r}")


def person(identifier, name="Testo Person", **more):
    return {"type": "person", "v": 1, "id": identifier, "basis": "fact", "grade": "B2", "handling": ["H0"],
            "purpose": ["ct"], "category": "suspect", "name": [{"full": name, "kind": "primary"}], **more}


def event(identifier):
    return {"type": "event", "v": 1, "id": identifier, "basis": "fact", "grade": "B2", "handling": ["H0"],
            "purpose": ["ct"], "kind": "seizure", "summary": "A seizure at the border."}


class Story:
    def __init__(self, network, hubs):
        self.network = network
        self.nl, self.be, self.fr, self.se, self.de = (network[name] for name in ("nl", "be", "fr", "se", "de"))
        self.hubs = hubs
        # Entries that were sealed to the group while de was in it, by their author.
        self.early = {}
        # What be and fr published under load, by author.
        self.load = {}

    def written(self, record):
        path = os.path.join(self.network.folder, "record.json")
        with open(path, "w") as file:
            file.write(json.dumps(record) + "\n")
        return path

    def publish(self, node, record, *words):
        """Publishes one record; its entry."""
        return node.run("publish", self.written(record), *words).decode().split()[0]

    def refused(self, code, command, *words):
        """A command that must be refused, and say these words."""
        exit_code, _, err = run(command, expect=None)
        said = err.decode(errors="replace")
        expect(f"{' '.join(command)}: {said}", exit_code, code)
        for word in words:
            if word not in said:
                raise Failed(f"{' '.join(command)} does not speak of {word}: {said}")

    def wait_for_all(self):
        def same():
            seen = [vectors(node.status()) for node in self.network]
            return all(one == seen[0] for one in seen)
        wait_for("all nodes have the same", ARRIVE_SECONDS, same)

    def expect_opened(self, node, entries):
        for entry in entries:
            expect(f"{entry} at {node.name}", node.show(entry)["opening"], "opened")

    def expect_sealed(self, node, entries):
        for entry in entries:
            expect(f"{entry} at {node.name}", node.show(entry)["opening"], "notForThisNode")

    # A group of four

    def convene(self):
        heading("nl convenes a group of four; each member decides")
        record = self.written(person("too-early"))
        self.refused(EX_UNAVAILABLE, self.be.command("publish", record, "--to", "@" + GROUP), "group list")
        self.nl.run("group", "create", GROUP, "--members", "be,fr,de", "--purpose", "ct", "--title", "Test")
        self.wait_for_all()
        self.refused(EX_UNAVAILABLE, self.be.command("publish", record, "--to", "@" + GROUP), "group accept")
        self.accept(self.be, self.fr, self.de)
        for node in (self.nl, self.be, self.fr, self.de):
            expect(f"whom {node.name} seals to", self.group(node)["version"], 1)
        expect("groups that se was told of", self.se.call("Groups")["groups"], [])

    def accept(self, *nodes):
        for node in nodes:
            node.run("group", "accept", GROUP)
            wait_for(f"{node.name} seals to the group", ARRIVE_SECONDS, lambda: "why" not in self.group(node))

    def group(self, node):
        return node.call("Groups", group=GROUP)["groups"][0]

    # Every key of two of them, under load

    def rotate(self):
        heading(f"be and fr publish {RECORDS_A_SECOND:,} records a second each to the group, and change every key, twice")
        streams = [Stream(node, "@" + GROUP, event, RECORDS_A_SECOND) for node in (self.be, self.fr)]
        try:
            for turn in range(ROTATIONS):
                for stream in streams:
                    stream.wait_for_more(LOAD_SECONDS)
                for node in (self.be, self.fr):
                    node.run("keys", "rotate")
            for stream in streams:
                stream.wait_for_more(LOAD_SECONDS)
            published = [stream.finish() for stream in streams]
        finally:
            for stream in streams:
                stream.kill()
        self.wait_for_all()
        for node in self.network:
            wait_for(f"{node.name} has the new cards", ARRIVE_SECONDS, lambda: all(
                peer["serial"] == 1 + ROTATIONS for peer in node.status()["peers"] if peer["name"] in ("be", "fr")))
        self.wait_for_sessions()
        self.expect_no_complaint()
        for node, records in zip((self.be, self.fr), published):
            self.early[node.name] = list(records)
            self.load[node.name] = len(records)
            for reader in (self.nl, self.be, self.fr, self.de):
                self.expect_same(reader, node, records)
            self.expect_sealed(self.se, list(records)[:3])
            expect(f"records of {node.name} that se opens", self.se.records(f"{node.name}/1"), {})
        print(f"   {', '.join(f'{len(records)} of {name}' for name, records in zip(('be', 'fr'), published))}")

    def expect_no_complaint(self):
        """A session ends when a partner takes another transport key, and comes again: nothing that an operator has to look at."""
        for node in self.network:
            with open(node.log_path) as log:
                said = [line for line in log if (" warning " in line or " error " in line) and BUSY not in line]
            expect(f"complaints of {node.name}", said, [])

    def expect_same(self, reader, author, records):
        """Every acknowledged record is there as it was published."""
        found = reader.records(f"{author.name}/1")
        for entry, record in records.items():
            text = found.get(int(entry.rsplit("/", 1)[1]))
            if text is None:
                raise Failed(f"{entry} was acknowledged, and {reader.name} does not read it")
            expect(f"{entry} at {reader.name}", json.loads(text)["id"], record["id"])

    def restart(self):
        heading("all five start again, and meet under the new keys")
        for node in self.network:
            node.stop()
        for node in self.network:
            node.start()
        self.wait_for_sessions()
        for node, other in ((self.be, self.fr), (self.fr, self.be)):
            entry = self.publish(node, person(f"{node.name}-restarted"), "--to", "@" + GROUP)
            self.early[node.name].append(entry)
            self.wait_for_all()
            self.expect_opened(other, [entry])

    def wait_for_sessions(self):
        for node in self.network:
            wait_for(f"{node.name} is connected", CONNECT_SECONDS, lambda: is_connected(node.status()))

    # One goes, one comes

    def remove(self):
        heading("nl removes de: it gets nothing from then on, and keeps what it has")
        old = self.publish(self.nl, person("nl-before"), "--to", "@" + GROUP)
        self.early["nl"] = [old]
        cited = json.loads(self.nl.show(old)["record"])["group"]
        expect("the version that the record names", cited, GROUP + "@1")
        self.nl.run("group", "remove", GROUP, "de")
        self.wait_for_all()
        later = [self.publish(node, person(f"{node.name}-later"), "--to", "@" + GROUP)
                 for node in (self.nl, self.be, self.fr)]
        self.wait_for_all()
        for node in (self.nl, self.be, self.fr):
            self.expect_opened(node, later)
        self.expect_sealed(self.de, later)
        self.expect_sealed(self.se, later)
        self.expect_opened(self.de, [old, self.early["be"][0]])
        for node, entry in zip((self.nl, self.be, self.fr), later):
            self.early[node.name].append(entry)

    def add(self):
        heading("nl adds se: it opens what comes, and of what was before what each author gives")
        self.nl.run("group", "add", GROUP, "se")
        self.wait_for_all()
        waiting = self.publish(self.be, person("be-waiting"), "--to", "@" + GROUP)
        self.early["be"].append(waiting)
        self.wait_for_all()
        expect("who waits at be", self.group(self.be)["waiting"], ["se"])
        self.expect_sealed(self.se, [waiting])
        self.accept(self.be, self.fr, self.se)
        new = [self.publish(node, person(f"{node.name}-new"), "--to", "@" + GROUP)
               for node in (self.nl, self.be, self.fr, self.se)]
        self.wait_for_all()
        for node in (self.nl, self.be, self.fr, self.se):
            self.expect_opened(node, new)
        self.expect_sealed(self.de, new)
        self.give_history()

    def give_history(self):
        words = ("group", "history", "--to", "se", "--group", "@" + GROUP)
        self.refused(EX_UNAVAILABLE, self.be.command(*words), "pre-shared key", "--force")
        for node in (self.nl, self.be):
            node.run(*words, "--force")
        self.wait_for_all()
        for name in ("nl", "be"):
            wait_for(f"se opens what {name} wrote before", ARRIVE_SECONDS, lambda: all(
                self.se.show(entry)["opening"] == "opened" for entry in self.early[name]))
        self.expect_sealed(self.se, self.early["fr"])
        self.expect_sealed(self.de, self.early["be"][-2:])

    # A record with a photograph is withdrawn

    def withdraw(self):
        heading("nl withdraws a record with a photograph: hidden at once")
        photo = os.path.join(self.network.folder, "photo.jpg")
        with open(photo, "wb") as file:
            file.write(random.Random(4711).randbytes(3 << 20))
        entry = self.publish(self.nl, person("withdrawn"), "--to", "be,fr,se", "--attach", photo)
        self.wait_for_all()
        listed = json.loads(self.nl.show(entry)["record"])["attachment"][0]["chunks"]
        first, last = (" ".join(listed).replace("-", " ").split() * 2)[:2]
        gone = [entry] + [f"nl/1/{index}" for index in range(int(first), int(last) + 1)]
        expect("chunks of the photograph", len(gone), 5)
        with open(photo, "rb") as file:
            expect("the photograph at se", self.se.run("attachment", "get", entry, "0") == file.read(), True)
        samples = {each: stored_body(self.de, each) for each in gone}
        for node in self.network:
            for each, sample in samples.items():
                expect(f"files of {node.name} with {each}", len(files_with(node.data, sample)) > 0, True)
        self.nl.run("withdraw", entry)
        self.wait_for_all()
        for node in self.network:
            for each in gone:
                expect(f"{each} at {node.name}", node.show(each)["opening"] in GONE, True)
        self.refused(EX_NOINPUT, self.se.command("attachment", "get", entry, "0"))
        return entry, samples

    def erase(self, entry, samples):
        heading("seven days later it is erased everywhere, and the three who read it say so")
        for node in self.network:
            pass_running_time(node)
        self.wait_for_sessions()

        def is_confirmed():
            reports = [json.loads(line) for line in self.nl.run("withdrawals", "--json").splitlines()]
            expect("withdrawals", len(reports), 1)
            names = sorted(each["node"] for each in reports[0]["confirmations"])
            return reports[0]["state"] == "erased" and names == ["be", "fr", "se"]
        wait_for("three receipts", RECEIPT_SECONDS, is_confirmed, every=1)
        for node in self.network:
            for each, sample in samples.items():
                wait_for(f"{node.name} has erased {each}", ARRIVE_SECONDS, lambda: not files_with(node.data, sample))

    # Passing on

    def reshare(self):
        heading("be passes a record of nl on to se: without a consent it is refused")
        entry = self.publish(self.nl, person("passed-on", "Wanderer Testo"), "--to", "be,fr")
        self.wait_for_all()
        hub = self.hubs["be"]
        self.wait_for_hub(hub, "nl:passed-on")
        act = hub.command("reshare", "nl:passed-on", "--to", "se", "--data", self.be.data)
        self.refused(EX_NOPERM, act, "rfi send --kind consent")
        asked = self.be.run(
            "rfi", "send", "--kind", "consent", "--to", "nl", "--refs", "nl:passed-on", "--subject", "nl:passed-on",
            "--question", "May se be told?", "--justification", "A joint case.", "--purpose", "ct").decode().strip()
        self.wait_for_all()
        self.expect_opened(self.nl, [asked])
        self.expect_sealed(self.fr, [asked])
        self.nl.run("consent", "grant", "nl:passed-on", "--asker", "be", "--to", "se", "--until", "30")
        wait_for("the hub of be has the consent", HUB_SECONDS, lambda: hub.lines("consent", "list"))
        # The consent is for be, and for se as its receiver: not for de.
        self.refused(EX_NOPERM, hub.command("reshare", "nl:passed-on", "--to", "de", "--data", self.be.data))
        passed = run(act).decode().strip()
        self.wait_for_all()
        self.expect_sealed(self.se, [entry])
        shown = json.loads(self.se.run("show", passed, "--reshared", "--json"))
        expect("who wrote it", (shown["entry"], json.loads(shown["record"])["id"]), (entry, "passed-on"))
        self.wait_for_hub(self.hubs["se"], "Wanderer Testo")
        self.expect_sealed(self.de, [passed, entry])

    def wait_for_hub(self, hub, text):
        wait_for(f"the hub of {hub.node.name} finds {text}", HUB_SECONDS, lambda: hub.lines("search", text), every=0.5)

    # A request for information

    def ask(self):
        heading("be asks fr, and the answer comes late")
        self.be.run("rfi", "send", "--to", "fr", "--subject", "name:Testo Person", "--question", "Is the person known?",
                    "--justification", "A joint case.", "--purpose", "ct", "--due", "2026-01-31", "--id", "rfi-1")
        hubs = [self.hubs["be"], self.hubs["fr"]]
        for hub in hubs:
            wait_for(f"the hub of {hub.node.name} says that it is overdue", HUB_SECONDS, lambda: [
                each for each in hub.lines("rfi", "list") if each["found"].get("ref") == "be:rfi-1" and each["overdue"]])
        run(self.hubs["fr"].command("rfi", "answer", "be:rfi-1", "--result", "no-hit", "--data", self.fr.data))
        for hub in hubs:
            wait_for(f"the hub of {hub.node.name} has the answer", HUB_SECONDS, lambda: self.is_answered_late(hub))

    def is_answered_late(self, hub):
        request = hub.lines("rfi", "show", "be:rfi-1")[0]
        if request["state"] != "answered":
            return False
        expect("overdue though answered", request["overdue"], False)
        expect("who answered", [(each["node"], each["late"]) for each in request["asked"]], [("fr", True)])
        return True

    # Who contributes

    def contribute(self):
        heading("both of a pair print the same of what they gave each other, and it is what happened")
        given = self.expect_same_statistics("be", "fr", {
            "be": {"event": self.load["be"], "person": 4, "rfi": 1},
            "fr": {"event": self.load["fr"], "person": 3, "answer": 1}})
        asked = given["be"]["requests"]
        expect("requests of be to fr", (asked["asked"], asked["late"], asked["inTime"], asked["open"]), (1, 1, 0, 0))
        expect("a median", asked["medianMilliseconds"] >= 0, True)
        expect("requests of fr to be", given["fr"]["requests"]["asked"], 0)
        # What se opens by history was not sealed to it, and what was passed on is its author's.
        self.expect_same_statistics("be", "se", {"be": {"person": 1, "reshare": 1}, "se": {"person": 1}})
        self.expect_withdrawn()
        outstanding = self.receipts()
        if outstanding != (1, 1):
            raise Failed(f"withdrawals of nl for be, and receipts outstanding: {outstanding}")
        print(f"   {sum(given['be']['records'].values()):,} of be to fr, {sum(given['fr']['records'].values()):,} of fr to be")

    def expect_same_statistics(self, one, other, records):
        seen = []

        def is_same():
            seen[:] = [self.partners(one, other), self.partners(other, one)]
            return seen[0] == seen[1] and self.records(seen[0]) == records
        try:
            wait_for(f"{one} and {other} print the same", HUB_SECONDS, is_same, every=1)
        except Failed:
            expect(f"what {one} prints of it and {other}", self.records(seen[0]), records)
            raise
        return self.sides(seen[0])

    def records(self, quarters):
        return {name: side["records"] for name, side in self.sides(quarters).items()}

    def partners(self, one, other):
        """All lines that the hub of one prints of it and the other, quarter by quarter."""
        hub = self.hubs[one]
        quarters = [line["quarter"] for line in hub.lines("partners", "--with", other)]
        return [run(hub.command("partners", "--with", other, "--quarter", quarter, "--entries", "--json")).splitlines()
                for quarter in quarters]

    def sides(self, quarters):
        """What each of both gave, all quarters together; each entry is in a line of its own."""
        found = {}
        for first, *entries in quarters:
            sides = json.loads(first)["sides"]
            counted = sum(sum(side["records"].values()) + side["withdrawn"] + side["expired"] for side in sides)
            expect("entries that are listed", len(set(entries)), counted)
            for side in sides:
                known = found.setdefault(side["author"], {"records": {}, "withdrawn": 0, "requests": side["requests"]})
                for kind, count in side["records"].items():
                    known["records"][kind] = known["records"].get(kind, 0) + count
                known["withdrawn"] += side["withdrawn"]
                if side["requests"]["asked"]:
                    known["requests"] = side["requests"]
        return found

    def expect_withdrawn(self):
        for name in ("be", "fr", "se"):
            sides = self.sides(self.partners(name, "nl"))
            expect(f"records that nl withdrew, as {name} has it", sides["nl"]["withdrawn"], 1)

    def receipts(self):
        """Withdrawals of nl that concern be, and those without a receipt of be, as be's node knows it."""
        lines = self.hubs["be"].lines("partners", "--with", "nl", "--receipts", "--data", self.be.data)
        rows = [line for line in lines if line.get("author") == "nl" and line["to"] == "be"]
        return sum(row["withdrawals"] for row in rows), sum(row["outstanding"] for row in rows)

    def contribute_still(self):
        heading("erased bodies change no number")
        self.expect_withdrawn()
        expect("withdrawals of nl for be, and receipts outstanding", self.receipts(), (1, 0))

    # The end

    def audit(self):
        heading("both verifiers are content with all five")
        cards = [node.card for node in self.network]
        for node in self.network:
            node.stop()
        # The cards are those of the first day: which keys came after them the logs say.
        for node in self.network:
            code, text = audit(node.data, cards, expect=None)
            last = text.strip().splitlines()[-1]
            expect(f"the audit of {node.name}: {text}", last, "RESULT partial 3")
            cosigned = re.findall(r"cosignatures of ([a-z, ]+), identity", text)
            expect(f"who cosigned, as {node.name} has it", [line.count(",") for line in cosigned], [3] * 5)
            second = second_opinion(node.data, cards)
            if second is not None:
                expect(f"the second verifier on {node.name}", second, (code, last))


def body():
    network = Network(["nl", "be", "fr", "se", "de"])
    hubs = {}
    try:
        for node in network:
            node.make()
            node.start()
        network.introduce()
        for node in network:
            wait_for(f"{node.name} is connected", CONNECT_SECONDS, lambda: is_connected(node.status()))
        for name in ("be", "fr", "se"):
            hubs[name] = Hub(network[name])
            hubs[name].start()
        story = Story(network, hubs)
        story.convene()
        story.rotate()
        story.restart()
        story.remove()
        story.add()
        entry, samples = story.withdraw()
        story.reshare()
        story.ask()
        story.contribute()
        story.erase(entry, samples)
        story.contribute_still()
        for hub in hubs.values():
            hub.stop()
        story.audit()
        print("OK: five partners kept, changed, shared and erased what they should")
    finally:
        for hub in hubs.values():
            hub.kill()
        network.close()


main(body)
