"""A thief of the running keys of epoch 2, and a partner that has not heard of epoch 2 (item 3 of the review)."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

import foe
from net import Findings, network, wait

found = Findings()
nodes = network("thief", ["nl", "be"], 23111)
nl, be = nodes["nl"], nodes["be"]
nl.peer(be)
be.peer(nl, nl.address)
try:
    nl.start()
    be.start()
    wait(lambda: nl.has_log("be/1"))
    wait(lambda: be.status()["signing"] == "ready", 40)
    first = foe.Me(be.data)
    head = foe.Author(first, be.data)
    nl.stop()
    opened = be.cli(
        "epoch", "open", "--recovery", be.recovery(), "--passphrase-file", be.passphrase, expect=None)
    found.check(opened.returncode == 0, "be opens epoch 2 while nl is away: " + opened.stderr.decode())
    be.stop()
    me = foe.Me(be.data)
    found.check(me.card.origin == "be/2", "the thief has the running keys of " + me.card.origin)
    seal = foe.raw(X25519PrivateKey.generate())
    nl.start()
    card = foe.Card(nl.card)
    try:
        foe.Session(me, card, "127.0.0.1", nl.port)
        found.check(False, "nl takes a transport key of an epoch that it has not heard of")
    except ConnectionError:
        found.check(True, "nl does not know the transport key of be/2")
    # The running machine keeps the transport key of the epoch before, for partners like nl: the thief has it, too.
    with open(os.path.join(be.data, "secrets/earlier.keys"), "rb") as file:
        earlier = file.read()
    assert earlier.startswith(b"liaison-earlier/v1") and earlier[32:36] == bytes([0, 0, 0, 1])
    transport = X25519PrivateKey.from_private_bytes(earlier[76:108])
    for opener, what in ((me.log, "its log key"), (me.cosign, "its cosigning key")):
        session = foe.Session(me, card, "127.0.0.1", nl.port, secret=transport)
        session.hello([first.card.log_id, card.log_id])
        list(session.messages(0.5))
        session.heads([(first.card.log_id, head.size, head.last)])
        session.opening(0, foe.genesis(
            opener, "be/2", ("be/1", 1, head.last, os.urandom(32)), me, seal=seal))
        list(session.messages(1))
        held = foe.Card(nl.data + "/peers/be.card")
        found.check(held.origin == "be/1", "an epoch that %s opened is not followed" % what)
        found.check(session.is_open(), "and the session stays: nothing in it is the sender's failure")
        session.close()
    be.start()
    wait(lambda: foe.Card(nl.data + "/peers/be.card").origin == "be/2", 60)
    found.check(foe.Card(nl.data + "/peers/be.card").seal != seal, "the true epoch 2 is followed")
    found.check(
        any("was opened after be/1" in text for text in nl.status()["warnings"]), "and nl's operator is told")
    with open(nl.data + "/peers/be.conf", "a", encoding="ascii") as file:
        file.write("follow = confirm\n")
    nl.cli("reload", expect=None)
    nl.stop()
    nl.start()
    nl.cli("signing", "release", "--yes", expect=None)
    wait(lambda: nl.status()["signing"] == "ready", 40)
    refused = nl.publish("be", expect=None)
    found.check(refused.returncode != 0, "with follow = confirm nothing is sealed to be/2: "
                + refused.stderr.decode().strip())
    be.write_card()
    added = nl.cli("peer", "add", be.card).stdout.decode()
    found.check(added.startswith("confirmed"), "the card is given by voice: " + added.split("\n")[0])
    found.check(nl.publish("be", expect=None).returncode == 0, "and then it is")
finally:
    for node in nodes.values():
        node.stop()
found.end()
