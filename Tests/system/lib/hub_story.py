"""What happens to three nodes and the hub of one of them, drawn from a seed: for check_hub.py.

nl publishes to be; fr joins later, and carries too. The hub of be lies on a small disk.
"""
import base64, json, os, random, signal, struct, time
from collections import Counter, defaultdict
from hubs import Hub
from hub_disks import HubDisk
from nodes import *

CALM_SECONDS = 60
LOOK = {"purpose": "ct", "reason": "check"}
COMMON = {"v": 1, "basis": "fact", "grade": "B2", "handling": ["H0"], "purpose": ["ct"]}
WORDS = ["harbour", "market", "station", "bridge", "library", "garage"]
# What stands in withdrawn and expired records, and nowhere else.
MARK = "Zyxwvut"
MISSPELT = "Zyxwwut"
# A day that has begun long ago, for every clock that runs at all (entry.md, ENT-18).
PAST_DAY = 2
LOOKS_OF_A_FULL_DISK = 6
# Records up to this one are watched for, each by its number; some by a misspelt name, too.
WATCHED = 60
NAMED_EVERY = 10
STOP_SECONDS = (0.2, 0.8)

ACTIONS = ["publish", "publish", "withdraw", "correct", "expire", "kill hub", "kill daemon", "stop hub", "stop daemon",
           "damage grant", "preshared key", "foreign", "disk", "disk"]


class Story:
    """One run from its seed: what was published, and what of it stands."""
    actions = ACTIONS
    steps = 10
    # What some seed of a dozen must have met.
    meets_all = ["entries expired", "expiring entries were told", "grants were late", "pre-shared keys were late", "looks were refused",
                 "feeds stood", "alerts were raised", "alerts were retracted", "words left with the hub"]

    def __init__(self, network, seed, server=None):
        """`server`: for the stories that have one (hub_server_story.py)."""
        self.random = random.Random(seed)
        self.network = network
        self.nl, self.be, self.fr = network["nl"], network["be"], network["fr"]
        # On every fourth seed the disk turns read-only, on the others it gets full.
        self.disk = HubDisk(network.folder, can_turn=seed % 4 == 0)
        self.hub = self.make_hub(self.disk.hub)
        self.hubs = [self.hub]
        self.serial = 0
        # What nl shares, by id: entry and record.
        self.standing = {}
        self.gone = []
        # Records that stand until three nodes have cosigned.
        self.expiring = []
        # Looks that were answered, by hub: their place in its consultation log, and what was asked.
        self.looks = defaultdict(dict)
        self.done = []
        # What came of it, by kind: a check that sees nothing proves nothing.
        self.seen = Counter()
        # nl and be never dial each other on every third seed: then fr alone carries.
        self.meets = seed % 3 != 0
        self.begins_full = seed % 10 == 7 and self.disk.can_fill
        self.has_key = False
        self.is_joined = False
        # Watches by the number of the record that they are for.
        self.watches = {}
        # What fr shares under ids of nl's, by id.
        self.foreign = {}

    # MARK: beginning and end

    def make_hub(self, folder):
        return Hub(self.be, folder)

    def begin(self):
        self.nl.start()
        if self.begins_full:
            self.begin_full()
        else:
            self.be.start()
        self.nl.add_peer(self.be, address=False)
        self.be.add_peer(self.nl, address=self.meets)
        if not self.begins_full:
            self.hub.start()
        self.watch()

    def meet(self):
        """A hub that was just started may have found a daemon that was killed: it records no look before it has met one."""
        wait_for("the hub meets its daemon", CALM_SECONDS, lambda: not self.look("nl:p1"))

    def watch(self):
        self.meet()
        for number in range(1, WATCHED + 1):
            reply = self.hub.call("AddWatch", look=LOOK, document=number_of(number))
            self.watches[reply["watch"]["number"]] = number
        for number in range(1, WATCHED + 1, NAMED_EVERY):
            self.hub.call("AddWatch", look=LOOK, name=f"Testo {MISSPELT}{number}x", birth="1990")

    def begin_full(self):
        """The disk gets full before the hub meets its daemon: it cannot begin its log of looks until there is room."""
        self.hub.start()
        self.disk.fill()
        self.be.start()
        wait_for("a look to be refused", CALM_SECONDS, lambda: self.look("nl:p1") == "org.liaison.Hub.DiskFailed")
        self.disk.clear()
        wait_for("a look to be recorded", CALM_SECONDS, lambda: not self.look("nl:p1"))

    def join(self):
        """fr comes, dials both, and is the third that cosigns: the expiry clock begins to run."""
        self.fr.start()
        for node in [self.nl, self.be]:
            node.add_peer(self.fr, address=False)
            self.fr.add_peer(node)
        self.is_joined = True
        self.seen["expiring entries were told"] += sum(self.is_told(entry) for entry, _ in self.expiring)
        self.gone += [record for _, record in self.expiring]

    def start(self):
        self.hub.start()

    def stop(self):
        for hub in self.hubs:
            hub.stop()

    def readers(self):
        """Hubs beside the one that writes."""
        return []

    def said(self):
        return "".join(f"\nhub: {hub.said()}" for hub in self.hubs)

    def close(self):
        for hub in self.hubs:
            hub.kill()
        self.network.kill()
        self.disk.close()

    def calm(self):
        """Everything that be may have has come, and what expires has."""
        if not self.is_joined:
            self.join()
        self.take_key()
        wait_for("be holds what nl published", CALM_SECONDS, lambda: size_of(self.be, "nl/1") == size_of(self.nl, "nl/1"))
        for entry, _ in self.expiring:
            self.seen["entries expired"] += 1
            wait_for(f"{entry} expires at be", CALM_SECONDS, lambda: self.be.show(entry)["opening"] == "expired")
        wait_for("be is whole", CALM_SECONDS, lambda: not damage(self.be))
        # A grant that rotted is not known to have before somebody reads it.
        for entry, _ in self.standing.values():
            wait_for(f"be reads {entry}", CALM_SECONDS, lambda: self.be.show(entry)["opening"] != "grantsMissing")

    # MARK: steps

    def step(self, action):
        self.done.append(action)
        getattr(self, "do_" + action.replace(" ", "_"))()

    def record(self):
        self.serial += 1
        choice = self.random.randrange(4)
        name = f"p{self.serial}"
        notes = f"seen near the {self.random.choice(WORDS)} with {MARK}{self.serial}x"
        if choice == 0:
            return {"type": "document", "id": name, **COMMON, "documentType": "P", "number": number_of(self.serial),
                    "country": "nl", "holder": f"nl:p{self.random.randint(1, self.serial)}", "notes": notes}
        if choice == 1:
            return {"type": "link", "id": name, **COMMON, "subject": f"nl:p{self.random.randint(1, self.serial)}",
                    "object": "be:somebody", "role": "associate", "notes": notes}
        return {"type": "person", "id": name, **COMMON, "category": "suspect", "notes": notes,
                "name": [{"full": f"Testo {MARK}{self.serial}x", "kind": "primary"}], "birthDate": ["1990"],
                "idNumber": [number_of(self.serial)]}

    def do_publish(self, records=None):
        records = records or [self.record() for _ in range(self.random.randint(1, 30))]
        text = "".join(json.dumps(record) + "\n" for record in records).encode()
        entries = self.nl.run("publish", "--to", "be", "-", stdin=text).decode().split()
        for record, entry in zip(records, entries):
            self.standing[record["id"]] = (entry, record)

    def do_withdraw(self):
        for name in self.random.sample(sorted(self.standing), min(3, len(self.standing))):
            entry, record = self.standing.pop(name)
            self.nl.run("withdraw", entry)
            self.gone.append(record)

    def do_correct(self):
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

    def do_expire(self):
        """A record whose day has begun: the tool refuses such a day, so the daemon is asked itself."""
        record = self.record()
        reply = self.nl.call("Publish", to=["be"], records=[json.dumps(record)], expiryDay=PAST_DAY)
        self.expiring.append((f"{reply['entries'][0]['origin']}/{reply['entries'][0]['first']}", record))
        if self.is_joined:
            self.gone.append(record)
            return
        # It is to be told before it expires, where it can be.
        for _ in range(20 if self.reaches_be else 0):
            if self.is_told(self.expiring[-1][0]):
                break
            time.sleep(0.05)

    def do_kill_hub(self):
        self.hub.kill()
        self.hub.start()

    def do_kill_daemon(self):
        self.be.kill()
        self.be.start()

    def do_stop_hub(self):
        self.freeze(self.hub.process)

    def do_stop_daemon(self):
        self.freeze(self.be.process)

    def freeze(self, process):
        process.send_signal(signal.SIGSTOP)
        self.do_publish()
        time.sleep(self.random.uniform(*STOP_SECONDS))
        process.send_signal(signal.SIGCONT)

    def do_damage_grant(self):
        """A grant rots at be, and comes back late: what was sealed under it is readable only then."""
        grants = [index for index in range(size_of(self.be, "nl/1")) if self.be.show(f"nl/1/{index}")["kind"] == "grant"]
        if not grants:
            return
        folder = os.path.join(self.be.data, "logs", self.log)
        self.be.stop()
        with open(os.path.join(folder, "bodies.index"), "rb") as file:
            file.seek(32 * self.random.choice(grants))
            segment, offset, length = struct.unpack(">III", file.read(12))
        if length:
            with open(os.path.join(folder, f"bodies/{segment:08d}"), "r+b") as file:
                file.seek(offset + 16 + self.random.randrange(length))
                byte = file.read(1)[0]
                file.seek(-1, os.SEEK_CUR)
                file.write(bytes([byte ^ 1]))
        self.be.start()
        self.seen["grants were late"] += self.newest_at_be() == "grantsMissing"

    def newest_at_be(self):
        """Whether be reads the newest entry that it has of nl."""
        size = size_of(self.be, "nl/1")
        return self.be.show(f"nl/1/{size - 1}")["opening"] if size else None

    @property
    def reaches_be(self):
        """Whether what nl publishes comes to be soon."""
        return self.is_joined or (self.meets and not self.has_key)

    def is_told(self, entry):
        """Whether the hub answers with it."""
        try:
            return bool(self.hub.call("Search", look=LOOK, text=entry)["hits"])
        except Refused:
            return False

    @property
    def log(self):
        return next(log["id"] for log in self.be.status()["logs"] if log["origin"] == "nl/1")

    def do_preshared_key(self):
        """nl seals with a key that be is given later. Between them there is no session until then: fr carries."""
        if self.has_key:
            return self.take_key()
        self.has_key = True
        self.key = os.path.join(self.network.folder, "preshared")
        with open(os.open(self.key, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(base64.b64encode(self.random.randbytes(32)) + b"\n")
        self.nl.run("peer", "add", self.be.card, "--preshared-key", self.key)
        self.do_publish()

    def take_key(self):
        if self.has_key and self.key:
            self.seen["pre-shared keys were late"] += self.newest_at_be() == "presharedKeyMissing"
            words = ["--address", self.nl.address] if self.meets else []
            self.be.run("peer", "add", self.nl.card, *words, "--preshared-key", self.key)
            self.key = None

    def do_foreign(self):
        """fr publishes under ids of nl's: they are others. Once it was on be's roster, it may leave it: what it said stays."""
        if not self.is_joined:
            return self.join()
        record = dict(self.record(), id=f"p{self.random.randint(1, self.serial)}")
        self.fr.run("publish", "--to", "be", "-", stdin=(json.dumps(record) + "\n").encode())
        self.foreign[record["id"]] = dict(record, serial=self.serial)

    def do_disk(self):
        self.meet()
        if self.disk.trigger:
            self.read_only()
        elif self.disk.can_fill:
            self.full()

    # MARK: disks

    def full(self):
        """While the disk is full the hub answers what it can record, refuses the others, and goes on by itself when there is room."""
        self.disk.fill()
        self.do_publish([dict(self.record(), summary="x" * 900) for _ in range(30)])
        self.look_while_it_fails(LOOKS_OF_A_FULL_DISK)
        self.see_status()
        if self.random.randrange(2):
            # It may not come up now; it does when there is room.
            self.hub.kill()
            self.hub.launch()
            time.sleep(0.2)
        self.disk.clear()
        if not self.hub.comes_up():
            self.hub.start()
        wait_for("looks to be recorded again", CALM_SECONDS, lambda: not self.look("nl:p1"))

    def read_only(self):
        self.settle_anchor()
        self.disk.turn_read_only()
        self.do_publish()
        self.look_while_it_fails(2)
        self.see_status()
        if not self.look("nl:p1"):
            raise Failed("a look was answered on a disk that is read-only")
        self.hub.kill()
        self.disk.turn_back()
        self.hub.start()

    def settle_anchor(self):
        """No sync of an anchor's nonce is under way. Linux 6.18 may say of one that it was done when ext4 finds its error at that moment, and
        after the next mount the line is gone: 14 of 150 tries of one writer alone, and seeds 41096 and 41596."""
        path = self.hub.folder + "/looks.1.anchors"
        for _ in range(60):
            # Before the first one there is no file.
            if os.path.exists(path):
                with open(path, "rb") as file:
                    if file.read().rstrip().split(b"\n")[-1].startswith(b"entry "):
                        return
            time.sleep(0.05)

    def see_status(self):
        """The feed stands, and the status says why; it is asked for a moment, since nothing may have come that needs room."""
        for _ in range(20):
            status = self.hub.call("Status")
            if not status["complete"] and "disk" in (status.get("why") or ""):
                self.seen["feeds stood"] += 1
                return
            time.sleep(0.05)

    def look_while_it_fails(self, count):
        for number in range(count):
            error = self.look(f"nl:p{number + 1}")
            self.seen["looks were refused"] += error is not None
            if error and error != "org.liaison.Hub.DiskFailed":
                raise Failed(f"a look that could not be recorded is answered with {error}")

    def look(self, asked):
        """The error; None for a look that was answered: it is in the consultation log for ever."""
        try:
            reply = self.hub.call("Search", look=LOOK, text=asked)
        except Refused as refused:
            return refused.error
        self.looks[self.hub][reply["account"]["consultation"]] = asked
        return None

    # MARK: alerts

    def expected(self):
        """What must stand: one alert for each watched number that a record names which stands, and no other."""
        numbers = {number: watch for watch, number in self.watches.items()}
        found = set()
        for name, record in [(f"nl:{name}", dict(record, serial=int(name[1:]))) for name, (_, record) in self.standing.items()] + [
                (f"fr:{name}", record) for name, record in self.foreign.items()]:
            if record["type"] in ("person", "document") and record["serial"] in numbers:
                found.add((numbers[record["serial"]], name))
        return found


def number_of(serial):
    return f"NX{serial:06}"


# MARK: nodes and hubs

def error_of(hub, method, **parameters):
    """What a call is refused with; None: it is done."""
    try:
        hub.call(method, **parameters)
    except Refused as refused:
        return refused.error
    return None


def size_of(node, origin):
    return sizes(node.status()).get(origin, 0)


def damage(node):
    return [place for log in node.status()["logs"] for place in log["damaged"] + log["undecided"]]
