"""System calls that fail in turn, a full disk, and a disk that turns read-only: what the real daemon does about it.

The sweep makes one call of liaisond fail, or kills it there, at its start, under load, or while it stops. After each: it said what was
wrong, it acknowledged nothing after a failed write or sync, and after a clean start everything that was ever printed by
`liaison publish` is there, while fsck and liaison-audit agree.
"""
import argparse, os, random, sys, time
from nodes import *
from faults import *
from full_disks import full_disk, read_only_disk, skipped

PHASES = ["start", "load", "stop"]
LOAD_SECONDS = 6
RECOVER_SECONDS = 15
RECORDS = 8


class Sweep:
    def __init__(self, network, chance):
        self.network, self.node, self.chance = network, network["nl"], chance
        self.acknowledged = {}
        self.number = 0
        self.rounds = 0
        self.fired = {(call, fault): 0 for call in CALLS for fault in FAULTS}
        self.phases = {phase: 0 for phase in PHASES}

    # Publishing

    def publish(self):
        """Returns the exit status; what was printed is remembered."""
        records = []
        for _ in range(self.chance.randint(1, RECORDS)):
            self.number += 1
            pad = "x" * self.chance.choice([0, 40, 400, 4000])
            records.append(b'{"type":"load","n":%d,"pad":"%s"}' % (self.number, pad.encode()))
        code, out, err = self.node.run("publish", "--to", "nl", "-", expect=None,
                                       stdin=b"\n".join(records) + b"\n")
        printed = out.split(b"\n")[:-1]
        if code == 0 and len(printed) != len(records):
            raise Failed(f"publish ended with 0 and printed {len(printed)} of {len(records)} entries")
        for line, record in zip(printed, records):
            self.acknowledged[int(line.rsplit(b"/", 1)[1])] = record
        return code, len(printed), err.decode(errors="replace").strip()

    # Rounds

    def profile(self):
        """How often each call is made at the start, under load and at the stop, by the thread that makes it most."""
        counts = {}
        trace = self.trace(WATCHED)
        self.node.start(trace.prefix())
        counts["start"] = trace.counts(self.network.folder)
        self.stop_cleanly()
        self.node.start()
        trace = self.trace(WATCHED)
        trace.attach(self.node.process.pid)
        end = time.monotonic() + 2.5
        while time.monotonic() < end:
            if self.publish()[0] != 0:
                raise Failed("publish failed before anything was made to fail")
        counts["load"] = trace.counts(self.network.folder)
        trace.close()
        trace = self.trace(WATCHED)
        trace.attach(self.node.process.pid)
        self.stop_cleanly()
        counts["stop"] = trace.counts(self.network.folder)
        trace.close()
        for phase in PHASES:
            for call in counts[phase]:
                if call not in CALLS:
                    raise Failed(f"liaisond uses {call} on its folder, and the sweep does not")
        self.node.start()
        return counts

    def trace(self, calls, fault=None, number=None):
        self.rounds += 1
        return Trace(os.path.join(self.network.folder, f"trace-{self.rounds}"), calls, fault, number)

    def round(self, phase, call, fault, number):
        trace = self.trace([call], fault, number)
        name = f"{call} number {number} with {fault} at {phase}"
        try:
            getattr(self, "round_at_" + phase)(trace, fault, name)
            did_fire = self.check_fired(trace, fault, name)
            if self.node.is_running():
                self.stop_or_fail(name)
        finally:
            trace.close()
        if did_fire:
            self.fired[call, fault] += 1
            self.phases[phase] += 1
        self.check_after(name)
        return did_fire

    def round_at_start(self, trace, fault, name):
        self.stop_cleanly()
        if self.node.start(trace.prefix()):
            self.load(trace, fault, name, seconds=1)
        elif fault != "SIGKILL" and not self.node.said().strip():
            raise Failed(f"{name}: liaisond ended without a word")

    def round_at_load(self, trace, fault, name):
        trace.attach(self.node.process.pid)
        self.load(trace, fault, name, LOAD_SECONDS)

    def round_at_stop(self, trace, fault, name):
        self.publish()
        trace.attach(self.node.process.pid)
        self.stop_or_fail(name)

    def load(self, trace, fault, name, seconds):
        """Publishes until the fault is there, and looks at what publishing does then."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.node.is_running() and not trace.injected():
            self.publish()
        if not self.node.is_running():
            return
        line = trace.injected()
        if line is None or self.node.data + "/" not in line:
            return
        is_sync = line.startswith(("fsync", "fdatasync"))
        if fault == "ENOSPC" and not is_sync:
            # It takes entries again by itself: the next try finds room.
            wait_for(f"{name}: publishing to go on", RECOVER_SECONDS, lambda: self.publish()[0] == 0)
        elif "/logs" in line or "/journal" in line:
            self.check_closed(name)

    def check_closed(self, name):
        """After a failed write or sync nothing is acknowledged in this run."""
        wait_for(f"{name}: a word in the log", RECOVER_SECONDS, self.node.complaints)
        code, printed, said = self.publish()
        if code == 0 or printed:
            raise Failed(f"{name}: {printed} entries were acknowledged after it ({code})")
        if self.node.status()["signing"] != "failed":
            raise Failed(f"{name}: status does not say that the disk failed")
        self.node.run("tail", "--json")

    def stop_cleanly(self):
        self.node.stop()
        if self.node.process.returncode != 0:
            raise Failed(f"liaisond ended with {self.node.process.returncode}: {self.node.said()}")

    def stop_or_fail(self, name):
        try:
            self.node.stop()
        except Failed as failure:
            raise Failed(f"{name}: {failure}")

    def check_fired(self, trace, fault, name):
        if self.node.process.poll() == -9:
            if fault != "SIGKILL":
                raise Failed(f"{name}: liaisond was killed by somebody else")
            return True
        line = trace.injected() if fault != "SIGKILL" else None
        if line is None:
            return False
        # The call has failed; the word about it follows.
        wait_for(f"{name}: a word about {line}", RECOVER_SECONDS,
                 lambda: self.node.complaints() or not self.node.is_running())
        if not self.node.complaints():
            raise Failed(f"{name}: liaisond said nothing about {line}")
        return True

    def check_after(self, name):
        """The folder as it lies, and after a clean start."""
        node = self.node
        try:
            audit(node.data, [node.card])
            node.run("fsck")
        except Failed as failure:
            raise Failed(f"{name}: {failure}")
        if not node.start():
            raise Failed(f"{name}: no start after it: {node.said().strip()}")
        if "damage" in node.said():
            raise Failed(f"{name}: damage was left: {node.said().strip()}")
        state = node.status()
        if state["signing"] != "ready":
            raise Failed(f"{name}: signing is {state['signing']} after it: {state.get('signingWhy')}")
        held = node.records("nl/1")
        for index, record in self.acknowledged.items():
            if held.get(index) != record:
                what = "is missing" if index not in held else "has other bytes"
                raise Failed(f"{name}: nl/1/{index} was printed and {what}")

    # All

    def run(self, rounds, every):
        plan = self.plan(self.profile(), every)
        done = 0
        for turn in plan:
            if done >= rounds and all(self.fired.values()):
                break
            self.round(*turn)
            done += 1
        missing = [f"{call} with {fault}" for (call, fault), count in self.fired.items() if count == 0]
        for call in CALLS:
            said = ", ".join(f"{fault} {self.fired[call, fault]}" for fault in FAULTS)
            print(f"  {call}: {said}")
        print("  " + ", ".join(f"{count} at {phase}" for phase, count in self.phases.items()))
        if missing:
            raise Failed(f"never fired: {'; '.join(missing)}")
        print(f"sweep: {sum(self.fired.values())} faults in {done} of {len(plan)} rounds; all "
              f"{len(self.acknowledged)} printed entries are there; audits and fsck agree", flush=True)

    def plan(self, counts, every):
        """Each kind once before any kind twice; numbers spread over the calls that there are."""
        turns = []
        for phase in PHASES:
            for call in CALLS:
                most = counts[phase].get(call, 0)
                numbers = list(range(1, most + 1))
                self.chance.shuffle(numbers)
                for fault in FAULTS:
                    for place, number in enumerate(numbers[:every]):
                        turns.append((place, self.chance.random(), (phase, call, fault, number)))
        return [turn for _, _, turn in sorted(turns)]


def sweep(chance, rounds, every):
    why = unable_to_trace()
    if why:
        return skipped("sweep of failing calls", why)
    network = Network(["nl"])
    network.nodes = {"nl": TracedNode(network, "nl")}
    try:
        network["nl"].make()
        Sweep(network, chance).run(rounds, every)
    finally:
        network.close()


def body():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seed", type=int, default=1, help="of what is drawn; another one searches")
    arguments.add_argument("--rounds", type=int, default=60, help="of the sweep; more until each kind of fault fired")
    arguments.add_argument("--all", action="store_true", help="up to 40 numbers of each call, all of them")
    arguments.add_argument("--only", choices=["sweep", "full", "read-only"])
    options = arguments.parse_args()
    print(f"seed {options.seed}", flush=True)
    if options.only in (None, "full"):
        full_disk()
    if options.only in (None, "read-only"):
        read_only_disk()
    if options.only in (None, "sweep"):
        sweep(random.Random(options.seed), float("inf") if options.all else options.rounds, 40 if options.all else 4)
    return 0


if __name__ == "__main__":
    main(body)
