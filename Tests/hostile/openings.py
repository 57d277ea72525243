"""Openings that one partner's card authorises and the other's does not (item 1 of the review).

A hostile author gives two partners two cards that name two opening keys, and opens two epochs to match; partners
pass them on. Two honest nodes must keep their session, and each concludes by the card that it holds.
"""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import foe
from net import Findings, network, wait

HOSTILE = (sys.argv[1] if len(sys.argv) > 1 else "be,de").split(",")
SECONDS = int(os.environ.get("SECONDS_TO_LOOK", "30"))
found = Findings()
nodes = network("openings", ["nl", "fr"] + HOSTILE, 23211)
nl, fr = nodes["nl"], nodes["fr"]
nl.peer(fr)
fr.peer(nl)
keys = {}
for name in HOSTILE:
    node = nodes[name]
    me = foe.Me(node.data)
    keys[name] = (me, foe.recovery(node.recovery()), Ed25519PrivateKey.generate())
    other = "%s/%s-other.card" % (node.root, name)
    with open(other, "wb") as file:
        file.write(foe.make_card(me, opening=foe.sha(foe.raw(keys[name][2]))))
    nl.peer(node)
    first, node.card = node.card, other
    fr.peer(node)
    refused = nl.cli("peer", "add", other, expect=None)
    found.check(refused.returncode != 0, "nl refuses a second card of %s with another opening key" % name)
    node.card = first
try:
    nl.start()
    fr.start()
    for name in HOSTILE:
        me, right, wrong = keys[name]
        author = foe.Author(me, nodes[name].data)
        for partner, opener in ((nl, right), (fr, wrong)):
            card = foe.Card(partner.card)
            logs = [me.card.log_id, card.log_id]
            for epoch, size in ((2, 5), (3, 3), (4, 2)):
                try:
                    session = foe.Session(me, card, "127.0.0.1", partner.port)
                except (ConnectionError, TimeoutError):
                    break  # Its card, and so its transport key, may have been followed.
                session.hello(logs)
                list(session.messages(0.4))
                session.heads([(logs[0], author.size, author.last)])
                session.chunk(logs[0], 0, [author.genesis])
                list(session.messages(0.3))
                session.opening(0, foe.genesis(
                    opener, "%s/%d" % (name, epoch), (me.card.origin, size, os.urandom(32), os.urandom(32)), me))
                list(session.messages(0.6))
                session.close()
    fr.peer(nl, nl.address)
    wait(lambda: fr.connected("nl"), 30)
    looks = connected = 0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        looks += 1
        connected += fr.connected("nl")
        time.sleep(0.25)
    found.check(connected == looks, "nl and fr, both honest, were connected in %d of %d looks" % (connected, looks))
    for node in (nl, fr):
        status = node.status()
        print(node.name, [(log["origin"], log["size"]) for log in status["logs"]], status["warnings"])
        closed = {k: v for k, v in status["counters"].items() if k == "session.closed-failures"}
        found.check(not closed, "%s closed no session for failures %s" % (node.name, closed))
        for name in HOSTILE:
            refused = node.publish(name, expect=None)
            found.check(
                refused.returncode != 0, "%s seals nothing to %s, whose epoch is contested" % (node.name, name))
finally:
    for node in nodes.values():
        node.stop()
found.end()
