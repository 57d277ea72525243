"""A hub under all that may happen to it and to its daemon: see Deploy/check-hub.sh."""
import argparse, itertools, json, multiprocessing, os, shutil, sqlite3
from collections import Counter
import nodes
from check_looks import rewritten
from hubs import Hub, looks_audit
from hub_story import ACTIONS, CALM_SECONDS, LOOK, Story, size_of
from hub_strangers import strangers
from nodes import *

STEPS = 10

ENTRY = "(SELECT l.origin || '/' || e.place FROM entry e JOIN log l ON l.number = e.log WHERE e.number = t.entry)"
ROWS = [
    "SELECT 'entry', l.origin, e.place, node, epoch, e.id, type, time, expiry, state, purposes, problems, current, hex(record)"
    " FROM entry e JOIN log l ON l.number = e.log",
    f"SELECT 'selector', kind, hex(value), {ENTRY} FROM selector t",
    f"SELECT 'range', hex(series), digits, hex(low), hex(high), {ENTRY} FROM range t",
    f"SELECT 'reference', target, field, {ENTRY} FROM reference t",
    f"SELECT 'word', word, {ENTRY} FROM word t",
    "SELECT 'tally', kind, name, count FROM tally",
    f"SELECT 'keys', hex(keys), hex(fields), {ENTRY} FROM keys t",
]


def query(hub, *queries):
    database = sqlite3.connect(f"file:{hub.folder}/facts.db?mode=ro", uri=True)
    try:
        return [row for query in queries for row in database.execute(query)]
    finally:
        database.close()


def rows(hub):
    """All that a rebuild must give again (HUB-1)."""
    return sorted(map(repr, query(hub, *ROWS)))


def complete(hub):
    """Waits until the hub was told everything that its daemon holds. `status` shows that only every five seconds; the file at once."""
    def is_complete():
        held = {log["id"]: log["size"] for log in hub.node.status()["logs"]}
        told = {log.hex(): next for log, next in query(hub, "SELECT id, next FROM log")}
        return all(told.get(log, 0) >= size for log, size in held.items()) and hub.call("Status")["complete"]
    wait_for(f"the hub of {hub.node.name} is complete", CALM_SECONDS, is_complete)


def settled(hub, again, seed):
    """Both are complete, and have the same rows: what still changes is waited for, what differs for good is a failure."""
    def differ():
        return sorted(set(rows(hub)) ^ set(rows(again)))
    complete(hub)
    complete(again)
    try:
        wait_for("the rows to be equal", 5, lambda: not differ())
    except Failed:
        raise Failed(f"seed {seed}: the hub has {len(rows(hub))} rows, a rebuild {len(rows(again))}; they differ in {differ()[:4]}")


def look(story):
    """What stands is found as the entry that it is, what is gone is not; every look that was answered is recorded."""
    for name, (entry, record) in sorted(story.standing.items())[:20]:
        found = [hit["found"]["entry"] for hit in story.hub.call("Search", look=LOOK, text=f"nl:{name}")["hits"]]
        if found != [entry]:
            raise Failed(f"nl:{name} stands as {entry}, and the hub finds {found}")
    for record in story.gone[:20]:
        if record["id"] in story.standing:
            continue
        reply = story.hub.call("Search", look=LOOK, text=f"nl:{record['id']}")
        if reply["hits"]:
            raise Failed(f"nl:{record['id']} is gone, and the hub finds {reply['hits']}")
    asked, below = {}, None
    while below is None or below > 1:
        page = story.hub.call("Consultations", look=LOOK, limit=200, **({"below": below} if below else {}))["consultations"]
        if not page:
            break
        asked.update((found["index"], found["asked"]) for found in page)
        below = page[-1]["index"]
    for index, text in story.looks.items():
        if asked.get(index) != text:
            raise Failed(f"look {index} asked for {text}, and the consultation log says {asked.get(index)}")


def alerts(story, seed):
    """No alert is lost, none comes twice for one reason, none stands without its record."""
    hub, expected = story.hub, story.expected()

    def standing():
        found = hub.call("Alerts", limit=200)["alerts"]
        return {(alert["watch"], alert["found"]["ref"]) for alert in found if alert["watch"] in story.watches and alert.get("found")}
    try:
        wait_for("the alerts to be those of what stands", CALM_SECONDS, lambda: standing() == expected)
    except Failed:
        found = standing()
        raise Failed(f"seed {seed}: alerts lost: {sorted(expected - found)[:4]}, too many: {sorted(found - expected)[:4]}; "
                     f"{hub.call('Status')['alertsBehind']} changes behind")
    database = sqlite3.connect(f"file:{hub.folder}/alerts.db?mode=ro", uri=True)
    try:
        reasons = database.execute("SELECT watch, own, revision, subject, key, count(*) c FROM alert GROUP BY 1, 2, 3, 4, 5 HAVING c > 1").fetchall()
        told = {}
        for number, kind in database.execute("SELECT alert, kind FROM event ORDER BY number"):
            told.setdefault(number, []).append(kind)
        states = dict(database.execute("SELECT number, state FROM alert"))
    finally:
        database.close()
    if reasons:
        raise Failed(f"seed {seed}: one reason, two alerts: {reasons[:2]}")
    for number, kinds in told.items():
        kinds = [kind for kind in kinds if kind in ("raised", "again", "retracted")]
        # Raised once, then taken back and told again in turns.
        right = ["raised"] + [("retracted", "again")[place % 2] for place in range(len(kinds) - 1)]
        if kinds != right or (states[number] == 5) != (kinds[-1] == "retracted"):
            raise Failed(f"seed {seed}: alert {number} is in state {states[number]} after {kinds}")
    story.seen["alerts were raised"] += len(told)
    story.seen["alerts were retracted"] += sum("retracted" in kinds for kinds in told.values())


def rebuilt(story, seed):
    """A rebuild raises nothing, and takes nothing back (HUB-71)."""
    hub = story.hub
    before = hub.call("Alerts", limit=1)["next"]
    hub.call("Rebuild")
    complete(hub)
    wait_for("the alerts to have been gone through", CALM_SECONDS, lambda: hub.call("Status")["alertsBehind"] == 0)
    alerts(story, seed)
    after = hub.call("Alerts", limit=1)["next"]
    if after != before:
        events = hub.call("Alerts", after=before, limit=20)["events"]
        raise Failed(f"seed {seed}: a rebuild told of {[(event['kind'], event['alert']['alert']) for event in events if 'alert' in event]}")


def files(hub, story, seed):
    """No word of what is gone is in any file of the hub's facts and alerts."""
    raw = b""
    for name in os.listdir(hub.folder):
        if name.startswith(("facts.db", "alerts.db")):
            with open(os.path.join(hub.folder, name), "rb") as file:
                raw += file.read()
    for record in story.gone:
        word = record["notes"].split()[-1]
        for text in [word, word.lower()]:
            if text.encode() in raw:
                raise Failed(f"seed {seed}: \"{text}\" of a record that is gone is in the hub's files")


def audit_looks(hub, seed):
    folder = hub.folder + "/consultations"
    code, out, err = run(["liaison-audit", "verify", folder, "--key", folder + "/node.card"], expect=None)
    if code != 0:
        raise Failed(f"seed {seed}: the consultation log does not pass an audit: {(out + err).decode()}")


def anchored(story, seed):
    """Every anchor that nl holds of the hub's looks opens, over all kills; at the stop the last one was made, unless too many were."""
    wait_for("nl holds what be published", CALM_SECONDS, lambda: size_of(story.nl, "be/1") == size_of(story.be, "be/1"))
    code, out, err = run(looks_audit(story.hub, story.nl, list(story.network)) + ["--json"], expect=None)
    if code not in (0, 3):
        raise Failed(f"seed {seed}: the looks are not what was anchored: {(out + err).decode()}")
    if json.loads(out)["looks"]["anchors"] < 1:
        raise Failed(f"seed {seed}: no look was ever anchored: {out.decode()}")


def play(story):
    """The first steps give something to happen to; fr joins on the way."""
    joins = story.random.randrange(3, STEPS - 2)
    for number, action in enumerate(["publish", "publish"] + story.random.sample(ACTIONS, STEPS - 2)):
        if number == joins and not story.is_joined:
            story.join()
        story.step(action)


def one(seed, made):
    network = Network(["nl", "be", "fr"])
    story = again = None
    try:
        made.copy(network)
        story = Story(network, seed)
        story.begin()
        play(story)
        story.calm()
        # Before another hub of the same node has its own looks anchored: that is what an auditor is to find.
        story.hub.stop()
        anchored(story, seed)
        story.hub.start()
        again = Hub(story.be, network.folder + "/again")
        again.start()
        settled(story.hub, again, seed)
        again.stop()
        look(story)
        alerts(story, seed)
        rebuilt(story, seed)
        found = len(rows(story.hub))
        story.hub.stop()
        files(story.hub, story, seed)
        audit_looks(story.hub, seed)
        print(f"seed {seed}: {found} rows as a rebuild has them; {', '.join(story.done[2:])}; "
              f"{len(story.standing)} records stand, {len(story.gone)} are gone", flush=True)
        return story.seen
    except Failed as failure:
        done = story.done if story else []
        raise Failed(f"seed {seed}, after {', '.join(done)}: {failure}" + (f"\nhub: {story.hub.said()}" if story else ""))
    finally:
        if again:
            again.kill()
        if story:
            story.close()
        network.close()


class Made:
    """Three nodes that were never started: their folders are copied for each seed, since making one takes a second and a half."""

    def __init__(self):
        self.network = Network(["nl", "be", "fr"])
        for node in self.network:
            node.make()

    def copy(self, network):
        for node in network:
            made = self.network[node.name]
            shutil.copytree(made.data, node.data)
            shutil.copy(made.card, node.card)
            if os.path.exists(made.data + ".token"):
                shutil.copy(made.data + ".token", node.data + ".token")


# What some seed of so many must have met.
SEEN = ["entries expired", "expiring entries were told", "grants were late", "pre-shared keys were late", "looks were refused",
        "feeds stood", "alerts were raised", "alerts were retracted"]
SEEDS_THAT_SEE_ALL = 12
PORTS_OF_A_WORKER = 120


def work(number, jobs, arguments, made, results):
    """One seed in `jobs`: most of a story waits, so that several are told at once."""
    if nodes.has_own_ports:
        first = int(os.environ["LIAISON_PORTS"]) + number * PORTS_OF_A_WORKER
        nodes.ports = itertools.cycle(range(first, first + PORTS_OF_A_WORKER))
    end = time.monotonic() + (arguments.seconds or 0)
    done = number

    def body():
        nonlocal done
        for seed in arguments.found[number::jobs]:
            results.put((seed, one(seed, made)))
        while time.monotonic() < end if arguments.seconds else done < arguments.seeds:
            results.put((arguments.first + done, one(arguments.first + done, made)))
            done += jobs
        return 0
    main(body)


def tell_all(arguments, made):
    """Returns how many seeds there were, and what they saw."""
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    workers = [context.Process(target=work, args=(number, arguments.jobs, arguments, made, results))
               for number in range(arguments.jobs)]
    count, seen = 0, Counter()
    try:
        for worker in workers:
            worker.start()
        while any(worker.is_alive() for worker in workers) or not results.empty():
            while not results.empty():
                _, found = results.get()
                count += 1
                seen += found
            time.sleep(0.05)
        if any(worker.exitcode for worker in workers):
            raise Failed("see above")
    finally:
        for worker in workers:
            if worker.is_alive():
                worker.terminate()
            if worker.pid:
                worker.join()
    return count, seen


def body():
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", "--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=4, help="how many")
    parser.add_argument("--seconds", type=int, help="as many seeds as begin in that time")
    parser.add_argument("--jobs", type=int, default=3, help="so many at once")
    parser.add_argument("--only-seeds", action="store_true", help="without the users who may not")
    arguments = parser.parse_args()
    arguments.found = []
    if not arguments.only_seeds:
        strangers()
        rewritten()
        arguments.found = found_seeds()
    made = Made()
    try:
        count, seen = tell_all(arguments, made)
    finally:
        made.network.close()
    print(f"{count} seeds: the hub's state is that of a rebuild, and its looks pass an audit; "
          + ", ".join(f"{what} {seen[what]}" for what in SEEN))
    missing = [what for what in SEEN if not seen[what]]
    if missing and count >= SEEDS_THAT_SEE_ALL and not arguments.seconds and can_mount():
        raise Failed(f"never seen in {count} seeds: {', '.join(missing)}")
    return 0


def found_seeds():
    """Those that a campaign found: they come first."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "hub-seeds.txt")) as file:
        words = [line.split() for line in file]
    return [int(found[1]) for found in words if found[:1] == ["story"]]


def can_mount():
    return os.getuid() == 0 and os.access("/dev/loop-control", os.W_OK)


if __name__ == "__main__":
    main(body)
