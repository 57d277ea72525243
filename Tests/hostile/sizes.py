"""SYNC-8: heads at the bound of sizes and above it; every call of the control socket goes on being answered."""

import os

import foe
import net

VERBS = [("status",), ("peer", "list"), ("disk",), ("scrub",), ("withdraw", "nl/1/1"),
         ("show", "nl/1/18446744073709551615"), ("show", "be/1/0")]


def main():
    findings = net.Findings()
    nodes = net.network("sizes", ["nl", "be", "fr", "de"], 23001)
    nl = nodes["nl"]
    for node in nodes.values():
        for other in nodes.values():
            if node is not other:
                node.peer(other)
    me, card = foe.Me(nodes["be"].data), foe.Card(nl.card)
    logs = [foe.Card(node.card).log_id for node in nodes.values()]
    try:
        nl.start()
        nl.release()
        for size in (2**48 - 1, 2**48, 2**63 - 1, 2**64 - 1):
            session = foe.Session(me, card, "127.0.0.1", nl.port)
            session.hello(logs)
            list(session.messages(0.3))
            session.heads([(log, size, os.urandom(32)) for log in logs])
            list(session.messages(0.3))
            for verb in VERBS:
                nl.cli(*verb, expect=None)
            nl.publish("nl", expect=None)
            nl.control("org.varlink.service.GetInfo")
            alive = nl.p.poll() is None
            findings.check(alive, "heads of %d: the daemon answers every call" % size)
            if not alive:
                nl.start()
                nl.release()
            session.close()
        count = nl.status()["counters"].get("sync.malformed", 0)
        findings.check(count == 3, "%d of 3 heads above the bound were malformed" % count)
    finally:
        for node in nodes.values():
            node.stop()
    findings.end()


if __name__ == "__main__":
    main()
