"""The mission's sentence, come true: what one node shares, a desk officer of another finds. Part of quickstart.py."""
import json, os, shlex, time
from hubs import Hub, looks_audit
from nodes import Failed, run, wait_for

REASON = "a traveller at the border"
LOOK = ("--purpose", "ct", "--reason", REASON)
COMMON = {"v": 1, "basis": "fact", "grade": "B2", "handling": ["H0"], "purpose": ["ct", "border"]}
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
               "depart": "2026-12-05T09:00", "locator": "ABC12D", "status": "booked"}]},
    {"type": "payment", "id": "example-1-payment", **COMMON, "payer": {"name": [{"full": "Sender Invented"}]},
     "beneficiary": "nl:example-1", "amount": "1250.00", "currency": "EUR", "date": "2026-11-20", "method": "hawala"},
]
ANSWER_SECONDS = 30


def tell(network, heading, shown):
    """Runs hubs at be and fr, and walks through it. Ends them."""
    nl = network["nl"]
    hubs = {name: Hub(network[name]) for name in ["be", "fr"]}
    try:
        heading("The knowledge hub: what partners share becomes an answer")
        for hub in hubs.values():
            shown(["liaison-hub", "--data", hub.node.data, "--hub", hub.folder])
            hub.start()
        person = share(network, nl, shown)
        find(hubs["be"], heading, shown)
        stranger(hubs["fr"], heading, shown)
        correct(network, nl, hubs["be"], heading, shown)
        withdraw(network, nl, hubs["be"], heading, shown)
        account(network, hubs["be"], heading, shown)
    finally:
        for hub in hubs.values():
            hub.kill()
    return person


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


def show(hub, shown, *words):
    command = hub.command(*words, look=LOOK)
    shown(command)
    print(run(command).decode().rstrip())


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
