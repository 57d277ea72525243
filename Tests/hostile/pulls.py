"""SYNC-90: small pulls, as fast as a member can ask: another peer's publish stays as quick."""

import random
import struct
import threading
import time

import foe
import net
import replays

RECORDS = 20000
PULLS_A_SECOND = 6000


def pull(request, first):
    """One entry, whole, of the log that stands first in the list."""
    return struct.pack(">BIIQQIB", 5, request, 0, first, first + 1, 1 << 16, 1)


def main():
    findings = net.Findings()
    nodes = net.network("pulls", ["nl", "be", "fr"], 23161)
    nl, be, fr = nodes["nl"], nodes["be"], nodes["fr"]
    nl.peer(be)
    nl.peer(fr)
    be.peer(nl, nl.address)
    fr.peer(nl, nl.address)
    try:
        for node in nodes.values():
            node.start()
        net.wait(lambda: all(n.status()["signing"] == "ready" for n in nodes.values()), 60)
        nl.publish("fr", b"\n".join(b'{"type":"x","n":%d}' % n for n in range(RECORDS)))
        be.stop()
        me, card = foe.Me(be.data), foe.Card(nl.card)
        quiet = replays.latency(fr)
        session = foe.Session(me, card, "127.0.0.1", nl.port)
        session.hello([card.log_id, me.card.log_id])
        list(session.messages(0.5))
        # What it answers is read, so that nothing but its work holds it.
        reading = threading.Thread(target=lambda: list(session.messages(30)), daemon=True)
        reading.start()
        state = {"request": 0, "began": time.monotonic()}
        draw = random.Random(1)

        def say():
            first = state["request"] + 1
            state["request"] += 30
            session.send(*(
                pull(request, draw.randrange(1, RECORDS))
                for request in range(first, state["request"] + 1)))
            due = state["began"] + state["request"] / PULLS_A_SECOND
            time.sleep(max(0, due - time.monotonic()))

        replays.flood(findings, nl, fr, "%d pulls a second" % PULLS_A_SECOND, quiet, say)
        report = next(p for p in nl.status()["peers"] if p["name"] == "be")
        passed = time.monotonic() - state["began"]
        print("%.0f pulls a second; held: %s" % (state["request"] / passed, report["held"]))
        findings.check(
            any(h["rate"] in ("answering", "unread") for h in report["held"]), "they have a rate")
    finally:
        for node in nodes.values():
            node.stop()
    findings.end()


if __name__ == "__main__":
    main()
