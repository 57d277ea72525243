"""SYNC-25: a carrier withholds one body. The log goes on at all who depend on it, and the body comes from who has it."""

import os
import time

import foe
import net

WITHHELD = 3


def log_of(node):
    return next(log for log in node.status()["logs"] if log["origin"] == "be/1")


def offer(me, author, entries, node, seconds, lacks=(), until=lambda: False):
    log, card = me.card.log_id, foe.Card(node.card)
    session = foe.Session(me, card, "127.0.0.1", node.port)
    session.hello([log, card.log_id])
    list(session.messages(0.3))
    session.heads([(log, len(entries), author.last)])
    end = time.monotonic() + seconds
    while time.monotonic() < end and not until():
        for message in session.messages(1):
            if message[0] == foe.PULL:
                session.answer(log, message, entries, lacks)
    session.close()


def came(check, seconds):
    try:
        return net.wait(check, seconds)
    except RuntimeError:
        return False


def main():
    findings = net.Findings()
    nodes = net.network("withheld", ["nl", "be", "fr"], 23151)
    nl, be, fr = nodes["nl"], nodes["be"], nodes["fr"]
    nl.peer(be)
    fr.peer(be)
    nl.peer(fr)
    fr.peer(nl, nl.address)
    me = foe.Me(be.data)
    author = foe.Author(me, be.data)
    key = os.urandom(32)
    entries = [author.genesis] + [author.record(key, b'{"type":"x"}') for _ in range(10)]
    try:
        nl.start()
        offer(me, author, entries, nl, 3, {WITHHELD})
        fr.start()
        findings.check(
            came(lambda: log_of(fr)["size"] == len(entries), 40), "fr has every leaf from nl")
        for node in (nl, fr):
            findings.check(
                log_of(node)["damaged"] == [str(WITHHELD)],
                "%s asks for %s again" % (node.name, log_of(node)["damaged"]))
        # Who lacked it is asked again after a minute.
        offer(me, author, entries, nl, 90, until=lambda: not log_of(nl)["damaged"])
        findings.check(not log_of(nl)["damaged"], "nl gets the body")
        findings.check(came(lambda: not log_of(fr)["damaged"], 180), "and so does fr")
        for node in (nl, fr):
            count = node.status()["counters"].get("sync.chunks-failed", 0)
            findings.check(count == 0, "%s charges nobody" % node.name)
    finally:
        for node in nodes.values():
            node.stop()
    findings.end()


if __name__ == "__main__":
    main()
