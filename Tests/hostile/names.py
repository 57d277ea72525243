"""SYNC-54: cosignatures in another's name by a key that is not its own charge nobody, and its own counts."""

import base64
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import foe
import net


def cosign(session, author, name, key):
    root, now = author.tree.root(), int(time.time())
    text = "%s\n%d\n%s\n" % (
        author.me.card.origin, author.size, base64.b64encode(root).decode())
    made = key.sign(("cosignature/v1\ntime %d\n%s" % (now, text)).encode())
    session.cosignature(
        author.lid, author.size, root, author.checkpoint_sig(author.size, root), name, foe.raw(key),
        made, now)


def main():
    findings = net.Findings()
    nodes = net.network("names", ["nl", "fr", "be"], 23201)
    nl, fr, be = nodes["nl"], nodes["fr"], nodes["be"]
    nl.peer(fr)
    nl.peer(be)
    me, victim = foe.Me(fr.data), foe.Me(be.data)
    author, card = foe.Author(me, fr.data), foe.Card(nl.card)
    log = me.card.log_id
    try:
        nl.start()
        session = foe.Session(me, card, "127.0.0.1", nl.port)
        session.hello([log, card.log_id])
        list(session.messages(0.3))
        session.heads([(log, 1, author.last)])
        session.chunk(log, 0, [author.genesis])
        list(session.messages(0.5))
        for _ in range(4):
            at = author.size
            session.chunk(log, at, [author.add(200, 0, b"")])
            list(session.messages(0.5))
            cosign(session, author, "be", Ed25519PrivateKey.generate())
            list(session.messages(0.3))
        cosign(session, author, "be", victim.cosign)
        list(session.messages(1))
        state = nl.status()
        held = next(l["cosignatures"] for l in state["logs"] if l["origin"] == "fr/1")
        counters = state["counters"]
        findings.check(
            counters.get("sync.cosignatures-unknown") == 4, "four cosignatures are nobody's")
        findings.check(
            not counters.get("sync.cosignatures-bad")
            and not counters.get("session.closed-failures"), "and charge nobody")
        findings.check("be" in held, "the genuine one of be is held, of: %s" % held)
    finally:
        for node in nodes.values():
            node.stop()
    findings.end()


if __name__ == "__main__":
    main()
