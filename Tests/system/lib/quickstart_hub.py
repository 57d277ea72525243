"""The mission's sentence, come true: what one node shares, a desk officer of another finds. Part of quickstart.py."""
import datetime, json, os, shlex, time
from follower import Follower
from hubs import Hub, looks_audit
from nodes import Failed, run, wait_for

REASON = "a traveller at the border"
LOOK = ("--purpose", "ct", "--reason", REASON)
COMMON = {"v": 1, "basis": "fact", "grade": "B2", "handling": ["H0"], "purpose": ["ct", "border"]}
# A journey that lies ahead, whenever this runs.
DEPARTS = (datetime.date.today() + datetime.timedelta(days=7)).isoformat()
# Nobody of these exists. The misspelt name is the one that an officer hears on the telephone.
MISSPELT = "Testof Prymerov"
RECORDS = [
    {"type": "person", "id": "example-1", **COMMON, "category": "suspect",
     "name": [{"full": "Testow Primerow", "kind": "primary"}, {"full": "Тестов Примеров", "kind": "original"},
              {"full": "Abu Example", "kind": "weak"}],
     "birthDate": ["1990-05-17"], "nationality": ["nl"],
     "onHit": {"action": "inquiry", "contact": {"phone": "+31 70 000 0000", "hours": "24/7"}}},
    {"type": "document", "id": "example-1-passport", **COMMON, "documentType": "P", "number": "NX1234567",
     "country": "nl", "holder": "nl:example-1", "state": "revoked"},
    {"type": "trip", "id": "example-1-trip", **COMMON, "person": ["nl:example-1"],
     "legs": [{"mode": "air", "carrier": "Example Air", "service": "XX123", "from": "AMS", "to": "IST",
               "depart": f"{DEPARTS}T09:00", "locator": "ABC12D", "status": "booked"}]},
    {"type": "payment", "id": "example-1-payment", **COMMON, "payer": {"name": [{"full": "Sender Invented"}]},
     "beneficiary": "nl:example-1", "amount": "1250.00", "currency": "EUR", "date": "2026-11-20", "method": "hawala"},
]
ANSWER_SECONDS = 30
PASSENGERS = """Surname;Given name;Date of birth;Nationality;Document number
OTHERMAN;ANDERS;1975-02-11;SE;SE7654321
PRIMEROV;TESTOV;1990-05-17;NL;
SOMEBODY;ELSE;1961-08-30;FR;FR1112223
"""


def tell(network, heading, shown):
    """Runs hubs at be and fr, and walks through it. Ends them."""
    nl = network["nl"]
    hubs = {name: Hub(network[name]) for name in ["be", "fr"]}
    follower = None
    try:
        heading("The knowledge hub: what partners share becomes an answer")
        for hub in hubs.values():
            shown(["liaison-hub", "--data", hub.node.data, "--hub", hub.folder])
            hub.start()
        follower = watch(hubs["be"], heading, shown)
        person = share(network, nl, shown)
        follower.start()
        told(hubs["be"], follower, heading, shown)
        screen(network, hubs["be"], heading, shown)
        find(hubs["be"], heading, shown)
        stranger(hubs["fr"], heading, shown)
        correct(network, nl, hubs["be"], heading, shown)
        withdraw(network, nl, hubs["be"], heading, shown)
        taken_back(follower)
        account(network, hubs["be"], heading, shown)
    finally:
        if follower:
            follower.stop()
        for hub in hubs.values():
            hub.kill()
    return person


def watch(hub, heading, shown):
    heading(f"be has heard of a {MISSPELT}, born in 1990, and wants to be told: a watch")
    wait_for("the hub of be is complete", ANSWER_SECONDS, lambda: hub.status()["complete"])
    show(hub, shown, "watch", "add", MISSPELT, "--birth", "1990")
    words = ["liaison", "alerts", "--follow", "--json", "--hub", hub.folder]
    shown(words)
    return Follower(words)


def told(hub, follower, heading, shown):
    heading("The desk at be is told before anybody asks")
    alert = follower.next(ANSWER_SECONDS, lambda line: line.get("ref") == "nl:example-1")
    print(f"alert {alert['alert']} of band {alert['band']}, {follower.seconds_since_start():.2f} s after the publish was acknowledged:")
    show(hub, shown, "alert", "show", str(alert["alert"]), looks=False)
    if alert["band"] != "alert":
        raise Failed(f"the band is {alert['band']}")
    if f"alert {alert['alert']}: raised, band alert" not in hub.said() or "Testow" in hub.said():
        raise Failed(f"the journal is to name the alert's number and band, and no name: {hub.said()}")
    show(hub, shown, "alert", "take", str(alert["alert"]), looks=False)
    follower.next(ANSWER_SECONDS, lambda line: line.get("ref") == "nl:example-1-trip")
    print("and of his journey, before it begins.")


def screen(network, hub, heading, shown):
    heading("A list of passengers comes in, with a name as the airline spells it")
    path = os.path.join(network.folder, "passengers.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write(PASSENGERS)
    print(PASSENGERS.rstrip())
    words = ["screen", path, "--flight", f"XX123/{DEPARTS}"]
    said = show(hub, shown, *words)
    if "3 passengers: 1 alert, 0 reviews" not in said:
        raise Failed("the list has not its one alert")


def taken_back(follower):
    """The retraction tells the alert's number, and nothing of the record."""
    line = follower.next(ANSWER_SECONDS, lambda line: line.get("news") == "retracted" and "gone" in line.get("why", ""))
    if "record" in line or "entry" in line or "Testow" in json.dumps(line):
        raise Failed(f"a retraction that tells of the record: {line}")
    print(f"The desk is told: alert {line['alert']} is retracted, {line.get('why')}")


def write(network, name, records):
    path = os.path.join(network.folder, name)
    with open(path, "w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


def share(network, nl, shown):
    path = write(network, "shared.jsonl", RECORDS)
    print("nl shares with be a person with names in two scripts, a passport, a booked flight and a payment (all invented):")
    words = nl.command("publish", "--to", "be", path)
    shown(words)
    entries = run(words).decode().split()
    print(" ".join(entries))
    return entries


def answers(hub, what, words, is_right):
    """Asks until the answer is right: what was shared needs a moment."""
    wait_for(what, ANSWER_SECONDS, lambda: is_right(hub.lines(*words, look=LOOK)))


def show(hub, shown, *words, looks=True):
    """Alerts need no purpose: the watch has one."""
    command = hub.command(*words, look=LOOK if looks else ())
    shown(command)
    said = run(command).decode().rstrip()
    print(said)
    return said


def find(hub, heading, shown):
    heading(f"A desk officer at be heard a name on the telephone and spells it: {MISSPELT}")
    answers(hub, "be finds the person by a misspelt name", ["search", MISSPELT],
            lambda found: any(hit.get("ref") == "nl:example-1" for hit in found))
    show(hub, shown, "search", MISSPELT)
    heading("What be may know of him: papers, journey, money, each with source and grade")
    answers(hub, "be has the whole dossier", ["money", "nl:example-1"], lambda found: len(found) > 0)
    show(hub, shown, "person", "nl:example-1")
    show(hub, shown, "check", "--document", "NX 1234567")


def stranger(hub, heading, shown):
    heading("fr carries all of it, and is not in the audience")
    for text in [MISSPELT, "NX1234567", "nl:example-1"]:
        found = hub.lines("search", text, look=LOOK)
        if [hit for hit in found if "ref" in hit]:
            raise Failed(f"fr, outside the audience, finds {found}")
    show(hub, shown, "search", MISSPELT)


def correct(network, nl, hub, heading, shown):
    heading("nl had a wrong date of birth, and corrects it")
    record = dict(RECORDS[0], birthDate=["1991-05-17"])
    path = write(network, "corrected.json", [record])
    words = nl.command("correct", "nl:example-1", path, "--reason", "the date was misread")
    shown(words)
    print(run(words).decode().rstrip())
    answers(hub, "be sees the corrected date", ["search", "nl:example-1"],
            lambda found: [hit["record"]["birthDate"] for hit in found if "ref" in hit] == [["1991-05-17"]])
    show(hub, shown, "search", "nl:example-1")


def withdraw(network, nl, hub, heading, shown):
    heading("A court orders that he be forgotten: nl withdraws the record")
    entry = [hit["entry"] for hit in hub.lines("search", "nl:example-1", look=LOOK) if "ref" in hit][0]
    words = nl.command("withdraw", entry)
    shown(words)
    print(run(words).decode().rstrip())
    answers(hub, "be's hub forgets him", ["search", MISSPELT],
            lambda found: not any(hit.get("ref") == "nl:example-1" for hit in found))
    show(hub, shown, "search", MISSPELT)


def account(network, hub, heading, shown):
    heading("Who looked at what, and why: be's own log, which nobody can change")
    show(hub, shown, "consultations", "--limit", "5")
    words = ["liaison-audit", "verify", hub.folder + "/consultations", "--key", hub.folder + "/consultations/node.card"]
    shown(words)
    hub.stop()
    print(run(words).decode().rstrip())
    bound(network, hub, heading, shown)


def bound(network, hub, heading, shown):
    """At its stop the hub had its looks anchored in be's log, which nl holds and cosigned."""
    heading("And so that not even be itself can rewrite it: its looks are bound to be's log, which nl holds")
    nl, be = network["nl"], hub.node
    words = looks_audit(hub, nl, [be, nl, network["fr"]])
    wait_for("be's looks are bound in nl's copy of its log", ANSWER_SECONDS, lambda: run(words, expect=None)[0] == 0)
    shown(words)
    print(run(words).decode().rstrip())
