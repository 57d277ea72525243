"""Cards with keys that are none, and names that are options or hidden files (items 11 and 15 of the review)."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import foe
from net import Findings, network, run

found = Findings()
nodes = network("cards", ["nl", "be", "fr"], 23091)
nl, be = nodes["nl"], nodes["be"]
me = foe.Me(be.data)
low = [bytes(32), b"\1" + bytes(31), bytes([0xEC]) + b"\xff" * 30 + b"\x7f",
       bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
       bytes([0xED]) + b"\xff" * 30 + b"\x7f", bytes([9]) + bytes(30) + b"\x80"]
path = os.path.join(nl.root, "low.card")
for key in low:
    for kind in ("seal", "transport"):
        with open(path, "wb") as file:
            file.write(foe.make_card(me, serial=2, **{kind: key}))
        added = nl.cli("peer", "add", path, expect=None)
        found.check(added.returncode != 0, "%s key %s is refused" % (kind, key.hex()))
for key in (bytes(32), b"\1" + bytes(31), bytes([0xEC]) + b"\xff" * 30 + b"\x7f"):
    with open(path, "wb") as file:
        file.write(foe.make_card(me, serial=2, cosign=key))
    found.check(nl.cli("peer", "add", path, expect=None).returncode != 0, "cosign key %s is refused" % key.hex())
with open(path, "wb") as file:
    file.write(foe.make_card(me, serial=2 + 65536))
nl.peer(be)
found.check(nl.cli("peer", "add", path, expect=None).returncode != 0, "a serial that leaps is refused")
for name in (".x", "-v", "..", "--", ".", "-"):
    made = run("liaison", "init", "--name=" + name, "--data", os.path.join(nl.root, "odd"),
               "--passphrase-file", nl.passphrase, expect=None)
    found.check(made.returncode == 64, "no node is called %r" % name)
    for words in (("peer", "remove", name), ("publish", "--to", name, "-")):
        found.check(nl.cli(*words, stdin=b"{}\n", expect=None).returncode != 0, "%s %r" % (" ".join(words), name))
found.end()
