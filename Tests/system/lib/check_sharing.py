"""A record with attachments on real daemons: docs/attachments.md.

nl publishes to be; fr is a partner that carries both logs and reads nothing of it.
"""
import base64, json, os, random, struct
from damage import log_id
from nodes import *
from running_time import pass_running_time

CONNECT_SECONDS = 30
ARRIVE_SECONDS = 60
MEND_SECONDS = 60
CHUNK = 1_032_191
TERM_MINUTES = 8 * 24 * 60
EX_USAGE, EX_DATAERR, EX_NOINPUT = 64, 65, 66


def heading(text):
    print(f"-- {text}", flush=True)


def expect(condition, text):
    if not condition:
        raise Failed(text)


def record(identifier, **more):
    return {"type": "event", "v": 1, "id": identifier, "basis": "fact", "grade": "B2", "handling": ["H0"],
            "purpose": ["ct"], "kind": "seizure", "summary": "A seized photograph.", **more}


class Story:
    def __init__(self, network):
        self.network = network
        self.nl, self.be, self.fr = network["nl"], network["be"], network["fr"]
        self.chance = random.Random(4711)
        self.photo = self.file("photo.jpg", 3 << 20)
        self.scan = self.file("scan.pdf", CHUNK)

    def file(self, name, size):
        path = os.path.join(self.network.folder, name)
        with open(path, "wb") as file:
            file.write(self.chance.randbytes(size))
        return path

    def written(self, name, value):
        path = os.path.join(self.network.folder, name)
        with open(path, "w") as file:
            file.write(json.dumps(value) + "\n")
        return path

    def content(self, path):
        with open(path, "rb") as file:
            return file.read()

    def got(self, node, what, number="0"):
        return node.run("attachment", "get", what, number)

    def refused(self, node, code, *words):
        exit_code, out, err = run(node.command(*words), expect=None)
        expect(exit_code == code, f"{words}: exit {exit_code}, not {code}: {err.decode(errors='replace')}")
        expect(out == b"", f"{words}: printed {len(out)} bytes and was refused")
        return err.decode(errors="replace")

    def chunks(self, entry):
        """The entries of the chunks of each attachment of a record."""
        shown = json.loads(self.nl.run("show", entry, "--json"))
        log = entry.rsplit("/", 1)[0]
        found = []
        for file in json.loads(shown["record"]).get("attachment", []):
            entries = []
            for text in file["chunks"]:
                first, last = (text.split("-") + [text])[:2]
                entries += [f"{log}/{index}" for index in range(int(first), int(last) + 1)]
            found.append(entries)
        return found

    def wait_for_all(self):
        def same():
            seen = [vectors(node.status()) for node in self.network]
            return all(one == seen[0] for one in seen)
        wait_for("all nodes have the same", ARRIVE_SECONDS, same)

    def opening(self, node, entry):
        return node.call("Show", entry=entry)["opening"]

    # The story: REC-101 to 105 on real daemons

    def publish(self):
        heading("nl publishes a record with a photograph of 3 MiB and a scan, to be")
        path = self.written("record.json", record("photo-1"))
        said = self.nl.run("publish", path, "--to", "be", "--attach", self.photo, "--attach", self.scan)
        entry = said.decode().strip()
        files = self.chunks(entry)
        expect([len(file) for file in files] == [4, 1], f"the chunks are {files}")
        self.wait_for_all()
        expect(self.got(self.be, "nl:photo-1") == self.content(self.photo), "be has another photograph")
        expect(self.got(self.be, entry, "1") == self.content(self.scan), "be has another scan")
        expect(self.got(self.nl, "nl:photo-1") == self.content(self.photo), "nl has another photograph")
        listed = self.be.run("attachment", "list", "nl:photo-1").decode()
        expect("image/jpeg" in listed and "application/pdf" in listed and str(3 << 20) in listed, listed)
        shown = self.be.run("show", files[0][0]).decode()
        expect(f"chunk of an attachment, {CHUNK} bytes" in shown, shown)
        expect(list(self.be.records("nl/1")) == [int(entry.rsplit("/", 1)[1])], "a tail gives chunks for records")
        return entry, files

    def refuse(self, entry):
        heading("what is refused")
        self.refused(self.fr, EX_NOINPUT, "attachment", "get", entry, "0")
        expect(self.opening(self.fr, self.chunks(entry)[0][0]) == "notForThisNode", "fr opens a chunk")
        self.refused(self.be, EX_USAGE, "attachment", "get", entry, "2")
        path = self.written("listed.json", record("photo-2", attachment=[{"name": "x"}]))
        self.refused(self.nl, EX_DATAERR, "publish", path, "--to", "be")
        path = self.written("plain.json", record("photo-2"))
        before = sizes(self.nl.status())["nl/1"]
        large = os.path.join(self.network.folder, "large.bin")
        with open(large, "wb") as file:
            file.truncate((64 << 20) + 1)
        self.refused(self.nl, EX_DATAERR, "publish", path, "--to", "be", "--attach", large)
        self.refused(self.nl, EX_DATAERR, "publish", path, "--to", "be", "--attach", "/dev/null")
        self.refused(self.nl, EX_USAGE, "publish", path, "--to", "be", "--attach", self.scan, "--from-line", "1")
        self.refused(self.nl, EX_DATAERR, "publish", path, "--to", "de", "--attach", self.scan)
        expect(sizes(self.nl.status())["nl/1"] == before, "what was refused was published")

    def mend(self, entry, files):
        heading("one chunk rots on the disk of be: found, and mended from a peer")
        index = int(files[0][1].rsplit("/", 1)[1])
        folder = os.path.join(self.be.data, "logs", log_id(self.nl.card))
        with open(os.path.join(folder, "bodies.index"), "rb") as file:
            file.seek(32 * index)
            segment, offset, length = struct.unpack(">III", file.read(12))
        path = os.path.join(folder, "bodies", f"{segment:08d}")
        with open(path, "r+b", buffering=0) as file:
            file.seek(offset + 16 + length // 2)
            byte = file.read(1)[0]
            file.seek(offset + 16 + length // 2)
            file.write(bytes([byte ^ 1]))
        said = self.refused(self.be, EX_NOINPUT, "attachment", "get", entry, "0")
        expect(files[0][1] in said and "nl" in said, f"the missing chunk is not named: {said}")
        self.be.run("scrub")

        def whole():
            code, out, _ = run(self.be.command("attachment", "get", entry, "0"), expect=None)
            return code == 0 and out == self.content(self.photo)
        wait_for("the chunk is mended", MEND_SECONDS, whole)

    def correct(self, entry, files):
        heading("nl corrects the record: the photograph is carried on, the scan is dropped")
        path = self.written("corrected.json", record("photo-1", summary="A photograph that was found."))
        said = self.nl.run("correct", "nl:photo-1", path, "--reason", "It was found.", "--without-attachment", "1")
        new = said.decode().split()[0]
        fields = json.loads(json.loads(self.nl.run("show", new, "--json"))["record"])["change"]["fields"]
        expect(sorted(fields) == ["attachment", "summary"], f"the change names {fields}")
        again = self.chunks(new)
        expect([len(file) for file in again] == [4], f"the chunks are {again}")
        expect(not set(again[0]) & set(files[0]), "versions share chunks")
        self.wait_for_all()
        expect(self.got(self.be, "nl:photo-1") == self.content(self.photo), "be has another photograph")
        self.expect_state([entry] + sum(files, []), {"hidden"})
        return new, again

    def expect_state(self, entries, wanted):
        for node in self.network:
            for entry in entries:
                found = self.opening(node, entry)
                expect(found in wanted, f"{node.name}: {entry} is {found}, not {sorted(wanted)}")

    def withdraw(self, entry, files):
        heading("nl withdraws it: hidden at once on all three, and erased after the term")
        self.nl.run("withdraw", entry)
        self.wait_for_all()
        gone = [entry] + sum(files, [])
        self.expect_state(gone, {"hidden"})
        self.refused(self.be, EX_NOINPUT, "attachment", "get", "nl:photo-1", "0")
        for node in self.network:
            pass_running_time(node, TERM_MINUTES)
        for node in self.network:
            for chunk in gone:
                wait_for(f"{node.name}: {chunk} is erased", MEND_SECONDS,
                         lambda: self.opening(node, chunk) == "purged")

    def orphans(self):
        heading("chunks without a record are found and taken back")
        data = base64.b64encode(b"nobody lists this").decode()
        reply = self.nl.call("PublishChunk", to=["be"], data=data)
        entry = f"nl/1/{reply['entries'][0]['first']}"
        expect(self.nl.run("attachment", "orphans") == b"", "a chunk of this moment is an orphan")
        expect(self.nl.run("attachment", "orphans", "--all").decode().split() == [entry], "the orphan is not found")
        self.nl.run("attachment", "orphans", "--all", "--withdraw")
        expect(self.nl.run("attachment", "orphans", "--all") == b"", "an orphan is left")
        self.wait_for_all()
        self.expect_state([entry], {"hidden"})
        try:
            self.nl.call("PublishChunk", to=["be"], data=data, grant=1 << 40)
            raise Failed("a chunk was published under a grant that is not there")
        except Refused as refusal:
            expect(refusal.error == "org.liaison.Node.AttachmentStale", f"refused with {refusal.error}")

    def audit(self):
        heading("both verifiers agree")
        cards = [node.card for node in self.network]
        for node in self.network:
            node.stop()
            code, text = audit(node.data, cards, expect=None)
            last = text.strip().splitlines()[-1]
            expect(last == "RESULT partial 3", f"{node.name}: {text}")
            second = second_opinion(node.data, cards)
            expect(second in (None, (code, last)), f"{node.name}: the second verifier says {second}, not {last}")


def body():
    network = Network(["nl", "be", "fr"])
    try:
        for node in network:
            node.make()
            node.start()
        network.introduce()
        for node in network:
            wait_for(f"{node.name} is connected", CONNECT_SECONDS, lambda: is_connected(node.status()))
        story = Story(network)
        entry, files = story.publish()
        story.refuse(entry)
        story.mend(entry, files)
        new, files = story.correct(entry, files)
        story.withdraw(new, files)
        for node in network:
            wait_for(f"{node.name} is connected", CONNECT_SECONDS, lambda: is_connected(node.status()))
        story.orphans()
        story.audit()
        print("OK: a photograph was shared, mended, corrected, withdrawn and erased")
    finally:
        network.close()


main(body)
