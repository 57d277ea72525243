"""SYNC-89, SYNC-26: an author signs one header twice and makes no checkpoint for thousands of entries: two honest nodes converge,
and keep their session."""

import hashlib
import sys
import time

from cryptography.hazmat.primitives import serialization

import foe
import net

# Ed25519 with a nonce of the author"s choice: RFC 8032 on twisted Edwards coordinates.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def plus(a, b):
    x = (a[1] - a[0]) * (b[1] - b[0]) % P
    y = (a[1] + a[0]) * (b[1] + b[0]) % P
    t = 2 * a[3] * b[3] * D % P
    z = 2 * a[2] * b[2] % P
    e, f, g, h = y - x, z - t, z + t, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, point):
    sum_ = (0, 1, 1, 0)
    while n:
        if n & 1:
            sum_ = plus(sum_, point)
        point = plus(point, point)
        n >>= 1
    return sum_


def base():
    y = 4 * pow(5, P - 2, P) % P
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x & 1:
        x = P - x
    return x, y, 1, x * y % P


def packed(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def sign_with(key, message, nonce):
    raw = serialization
    seed = key.private_bytes(raw.Encoding.Raw, raw.PrivateFormat.Raw, raw.NoEncryption())
    scalar = int.from_bytes(hashlib.sha512(seed).digest()[:32], "little")
    scalar = scalar & ((1 << 254) - 8) | 1 << 254
    public = key.public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    r = int.from_bytes(hashlib.sha512(nonce).digest(), "little") % ORDER
    point = packed(times(r, base()))
    k = int.from_bytes(hashlib.sha512(point + public + message).digest(), "little") % ORDER
    signature = point + ((r + k * scalar) % ORDER).to_bytes(32, "little")
    key.public_key().verify(signature, message)
    return signature


def log_of(node):
    return next(log for log in node.status()["logs"] if log["origin"] == "be/1")


def feed(me, author, node, entries):
    """Pushes entries one run after the other, and no checkpoint."""
    log, card = me.card.log_id, foe.Card(node.card)
    session = foe.Session(me, card, "127.0.0.1", node.port)
    session.hello([log, card.log_id])
    list(session.messages(0.3))
    session.heads([(log, 1, entries[0].hash)])
    for at in range(0, len(entries), 256):
        session.chunk(log, at, entries[at:at + 256])
        if at % 5120 == 0:
            list(session.messages(0.01))
    net.wait(lambda: log_of(node)["size"] == len(entries), 180)
    return session


def offer_checkpoint(session, author):
    root = author.tree.root()
    session.checkpoint(author.lid, author.size, root, author.checkpoint_sig(author.size, root))


def main(total):
    findings = net.Findings()
    nodes = net.network("twins", ["nl", "be", "fr"], 23141)
    nl, be, fr = nodes["nl"], nodes["be"], nodes["fr"]
    nl.peer(be)
    fr.peer(be)
    nl.peer(fr)
    fr.peer(nl)
    me = foe.Me(be.data)
    author = foe.Author(me, be.data)
    entries = [author.genesis] + [author.add(200, 0, b"") for _ in range(total - 1)]
    twin = foe.Entry.stored(
        entries[1].header + sign_with(me.log, entries[1].header, b"another nonce"), b"")
    try:
        nl.start()
        fr.start()
        session = feed(me, author, nl, entries)
        feed(me, author, fr, [entries[0], twin] + entries[2:]).close()
        fr.peer(nl, nl.address)
        net.wait(lambda: fr.connected("nl"), 30)
        since = next(p["since"] for p in fr.status()["peers"] if p["name"] == "nl")
        offer_checkpoint(session, author)
        list(session.messages(1))
        at = author.size
        more = [author.add(200, 0, b"") for _ in range(50)]
        offer_checkpoint(session, author)
        session.chunk(author.lid, at, more, checkpoint=author.size)
        began = time.monotonic()
        while time.monotonic() < began + 150 and log_of(nl)["root"] != log_of(fr)["root"]:
            list(session.messages(0.5))
        a, b = log_of(nl), log_of(fr)
        findings.check(
            a["root"] == b["root"] and b["size"] == author.size,
            "nl has %d entries and fr %d of %d, alike after %.0f s" % (
                a["size"], b["size"], author.size, time.monotonic() - began))
        line = next(p for p in fr.status()["peers"] if p["name"] == "nl")
        findings.check(
            line["since"] == since and line["state"] == "connected",
            "the session of two honest nodes stays: %s" % line.get("why"))
        count = fr.status()["counters"].get("sync.chunks-failed", 0)
        findings.check(count == 0, "fr charges nobody: %d" % count)
    finally:
        for node in nodes.values():
            node.stop()
    findings.end()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
