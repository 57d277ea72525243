"""What a pre-shared key protects, somebody who breaks X25519 keys does not read (sealing.md, SEAL-9 and SEAL-11).

Real nodes on loopback. nl seals a record to be, with whom it has a pre-shared key. Whoever then learns both nodes'
sealing keys, and has a carrier's copy of the log, opens none of the grant's slots. Prints what it checked, exit 1 for a FAIL.

    LIAISON_BIN=.build/release python3 Tests/hostile/preshared.py
"""

import base64
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import foe  # noqa: E402
import net  # noqa: E402
from cryptography.exceptions import InvalidTag  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey  # noqa: E402
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: E402


def bodies(folder):
    """The leaves of a log as its files hold them, each with its body."""
    def read(name):
        with open(os.path.join(folder, name), "rb") as file:
            return file.read()

    leaves, segment, index = read("entries"), read("bodies/00000000"), read("bodies.index")
    for at in range(len(index) // 32):
        _, offset, length, _ = struct.unpack(">IIII", index[32 * at:32 * at + 16])
        yield leaves[216 * at:216 * at + 216], segment[offset + 16:offset + 16 + length]


def unwrapped(leaf, body, secret, mixed):
    """K, if a slot for this key opens with `mixed`; counts the slots with its hint."""
    place, ephemeral, public = leaf[16:48] + leaf[48:56], body[34:66], foe.raw(secret)
    shared = secret.exchange(X25519PublicKey.from_public_bytes(ephemeral))
    hint = foe.blake(shared, b"liaison-hint/v1" + ephemeral + public + place)[:8]
    wrap = foe.blake(shared, b"liaison-wrap/v1" + ephemeral + public + place + mixed)
    found = 0
    for number in range(1 << body[1]):
        slot = body[66 + 56 * number:122 + 56 * number]
        if slot[:8] != hint:
            continue
        found += 1
        try:
            return found, ChaCha20Poly1305(wrap).decrypt(bytes(12), slot[8:], b"")
        except InvalidTag:
            pass
    return found, None


def main():
    findings = net.Findings()
    nodes = net.network("preshared", ["nl", "be"], 23131)
    nl, be = nodes["nl"], nodes["be"]
    shared = os.urandom(32)
    path = "%s/psk" % nl.root
    with open(path, "w", encoding="ascii") as file:
        file.write(base64.b64encode(shared).decode() + "\n")
    os.chmod(path, 0o600)
    nl.peer(be, None, "--preshared-key", path)
    be.peer(nl, nl.address, "--preshared-key", path)
    record = b'{"type":"note","text":"protected by the pre-shared key"}'
    try:
        nl.start()
        be.start()
        net.wait(lambda: all(p["state"] == "connected" for p in nl.status()["peers"]))
        nl.cli("publish", "--to", "be", "-", "--replicas", "1", stdin=record + b"\n")
        reads = record in be.cli("tail", "--json").stdout and record in nl.cli("tail", "--json").stdout
    finally:
        nl.stop()
        be.stop()
    findings.check(reads, "both members read the record")
    folder = os.path.join(be.data, "logs", foe.Card(nl.card).log_id.hex())
    grants = [(leaf, body) for leaf, body in bodies(folder) if leaf[64] == foe.GRANT]
    for name, keys in (("author", foe.Me(nl.data)), ("member", foe.Me(be.data))):
        found, K = unwrapped(*grants[0], keys.seal, bytes(32))
        findings.check(
            found == 1 and K is None, "the broken key of the %s finds its slot and opens nothing" % name)
    # The check itself: with the pre-shared key the member's slot opens.
    _, K = unwrapped(*grants[0], foe.Me(be.data).seal, shared)
    findings.check(K is not None, "with the pre-shared key the member's opens")
    findings.end()


main()
