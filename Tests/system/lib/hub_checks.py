"""What must be true of hubs after a story, for check_hub.py."""
import json
from hub_story import CALM_SECONDS, LOOK, error_of, size_of
from hubs import looks_audit
from nodes import *
from postgres_session import ServerFailed

ENTRY = "(SELECT l.origin || '/' || e.place FROM entry e JOIN log l ON l.number = e.log WHERE e.number = t.entry)"
ROWS = [
    "SELECT 'entry', l.origin, e.place, node, epoch, e.id, type, time, expiry, state, purposes, problems, current, record"
    " FROM entry e JOIN log l ON l.number = e.log",
    f"SELECT 'selector', kind, value, {ENTRY} FROM selector t",
    f"SELECT 'range', series, digits, low, high, {ENTRY} FROM range t",
    f"SELECT 'reference', target, field, {ENTRY} FROM reference t",
    f"SELECT 'word', word, {ENTRY} FROM word t",
    "SELECT 'tally', kind, name, count FROM tally",
    f"SELECT 'keys', keys, fields, {ENTRY} FROM keys t",
    "SELECT 'audience', members FROM audience",
    "SELECT 'sealed', l.origin, e.place, a.members FROM entry e JOIN log l ON l.number = e.log JOIN audience a ON a.number = e.audience",
    "SELECT 'gone', l.origin, g.place, g.time, g.expiry, g.state, a.members FROM gone g JOIN log l ON l.number = g.log"
    " JOIN audience a ON a.number = g.audience",
    "SELECT 'contribution', a.members, l.origin, c.quarter, c.expiry, c.what, c.correction, c.count FROM contribution c"
    " JOIN log l ON l.number = c.log JOIN audience a ON a.number = c.audience",
]


def rows(hub):
    """All that a rebuild must give again (HUB-1), whatever database it is in: text and bytes alike as bytes."""
    return sorted(repr([value.encode() if isinstance(value, str) else value for value in row])
                  for row in hub.tables.query("facts", *ROWS))


def complete(hub):
    """Waits until the hub was told everything that its daemon holds. `status` shows that only every five seconds; the file at once."""
    def is_complete():
        held = {log["id"]: log["size"] for log in hub.node.status()["logs"]}
        try:
            told = {log.hex(): next for log, next in hub.tables.query("facts", "SELECT id, next FROM log")}
        except ServerFailed:
            # A rebuild may be making the tables.
            return False
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


def look(story, hub):
    """What stands is found as the entry that it is, what is gone is not; every look that it answered is recorded."""
    for name, (entry, record) in sorted(story.standing.items())[:20]:
        found = [hit["found"]["entry"] for hit in hub.call("Search", look=LOOK, text=f"nl:{name}")["hits"]]
        if found != [entry]:
            raise Failed(f"nl:{name} stands as {entry}, and the hub finds {found}")
    for record in story.gone[:20]:
        if record["id"] in story.standing:
            continue
        reply = hub.call("Search", look=LOOK, text=f"nl:{record['id']}")
        if reply["hits"]:
            raise Failed(f"nl:{record['id']} is gone, and the hub finds {reply['hits']}")
    asked, below = {}, None
    while below is None or below > 1:
        page = hub.call("Consultations", look=LOOK, limit=200, **({"below": below} if below else {}))["consultations"]
        if not page:
            break
        asked.update((found["index"], found["asked"]) for found in page)
        below = page[-1]["index"]
    for index, text in story.looks[hub].items():
        if asked.get(index) != text:
            raise Failed(f"look {index} asked for {text}, and the consultation log says {asked.get(index)}")


def alerts_of(hub):
    """All that were ever raised, as they are now: what has happened names each of them."""
    found, last = {}, 0
    while True:
        page = hub.call("Alerts", after=last, limit=200)
        if not page["events"]:
            return found.values()
        found.update((event["alert"]["alert"], event["alert"]) for event in page["events"] if event.get("alert"))
        last = page["next"]


def alerts_stand(story, hub, seed):
    """No alert is lost, and none stands without its record."""
    expected = story.expected()

    def standing():
        return {(alert["watch"], alert["found"]["ref"]) for alert in alerts_of(hub)
                if alert.get("watch") in story.watches and alert["state"] != "retracted" and alert.get("found")}
    try:
        wait_for("the alerts to be those of what stands", CALM_SECONDS, lambda: standing() == expected)
    except Failed:
        found = standing()
        raise Failed(f"seed {seed}: alerts lost: {sorted(expected - found)[:4]}, too many: {sorted(found - expected)[:4]}; "
                     f"{hub.call('Status')['alertsBehind']} changes behind")


def alerts(story, seed):
    """They stand, and none came twice for one reason."""
    alerts_stand(story, story.hub, seed)
    tables = story.hub.tables
    reasons = tables.query("alerts", "SELECT watch, own, revision, subject, key, count(*) FROM alert GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1")
    told = {}
    for number, kind in tables.query("alerts", "SELECT alert, kind FROM event ORDER BY number"):
        told.setdefault(number, []).append(kind)
    states = dict(tables.query("alerts", "SELECT number, state FROM alert"))
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


def readers(story, seed):
    """A hub that reads answers as the one that writes, and changes nothing."""
    for hub in story.readers():
        complete(hub)
        look(story, hub)
        alerts_stand(story, hub, seed)
        error = error_of(hub, "AddWatch", look=LOOK, document="NX999999")
        if error != "org.liaison.Hub.Refused":
            raise Failed(f"seed {seed}: a hub that reads answers a new watch with {error}")
        story.seen["hubs read"] += 1


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


def words_of(record):
    """What stands in no other record."""
    word = record["notes"].split()[-1]
    return [word.encode(), word.lower().encode()]


def left(story):
    """A word of what is gone that is left where the hub's facts and alerts are, and where; None: there is none."""
    raw = story.hub.tables.raw()
    standing = [record for _, record in story.standing.values()]
    if standing and not any(words_of(record)[0] in found for record in standing for found in raw.values()):
        raise Failed("no word of what stands is where the hub's tables are: another place was looked at")
    return next((f"\"{word.decode()}\" of a record that is gone is in {place}" for place, found in raw.items()
                 for record in story.gone for word in words_of(record) if word in found), None)


def files(story, seed):
    """No word of what is gone is left. A server keeps rows that some session may still see: such ones leave it with the next vacuum."""
    word = left(story)
    if word is None:
        story.seen["words left with the hub"] += bool(story.gone)
        return
    if not story.hub.tables.vacuum() or (word := left(story)):
        raise Failed(f"seed {seed}: {word}")


def audit_looks(hub, seed):
    folder = hub.folder + "/consultations"
    code, out, err = run(["liaison-audit", "verify", folder, "--key", folder + "/node.card"], expect=None)
    if code != 0:
        raise Failed(f"seed {seed}: the consultation log does not pass an audit: {(out + err).decode()}")


def anchored(story, seed):
    """Every anchor that nl holds of a hub's looks opens, over all kills; at the stop the last one was made, unless too many were."""
    wait_for("nl holds what be published", CALM_SECONDS, lambda: size_of(story.nl, "be/1") == size_of(story.be, "be/1"))
    anchors = 0
    for hub in story.hubs:
        others = [word for other in story.hubs if other is not hub for word in ("--other-hub", other.folder + "/consultations/node.card")]
        code, out, err = run(looks_audit(hub, story.nl, list(story.network)) + others + ["--json"], expect=None)
        if code not in (0, 3):
            raise Failed(f"seed {seed}: the looks are not what was anchored: {(out + err).decode()}")
        anchors += json.loads(out)["looks"]["anchors"]
    if anchors < 1:
        raise Failed(f"seed {seed}: no look was ever anchored")
