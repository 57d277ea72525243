"""A member that breaks the rules: a client of Liaison's protocols that says whatever a test wants it to say.

Written from Protocols/ on Python and Debian's python3-cryptography alone. It talks to 127.0.0.1 only. A test
takes the data folder of a node that does not run (`Me`), opens a session with a node that does (`Session`),
and continues or forges its log (`Author`), its cards (`make_card`) or its next epoch (`genesis`).
"""

import base64
import ctypes
import hashlib
import hmac
import os
import socket
import struct
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

LEAF, HEADER = 216, 152
GENESIS, KEYS, WITHDRAWAL, GRANT, RECORD = 1, 2, 3, 7, 9
HELLO, LOGS, HEADS, CHECKPOINT, PULL, CREDIT, CHUNK, END = range(1, 9)
PRUNE, GRAFT, COSIGNATURES, PROOF, PING, PONG, DIGEST, ENTRY, COPY, OPENING = range(9, 19)
PROBE, PROBED, EXHIBIT, LEAVE = range(19, 23)


def sha(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def blake(key, message):
    return hashlib.blake2b(message, key=key, digest_size=32).digest()


def b64(data):
    return base64.b64encode(data).decode()


def raw(key):
    """The 32 bytes of a public key, or of the public half of a secret one."""
    public = key.public_key() if hasattr(key, "public_key") else key
    return public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


# XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha), and padding (sealing.md).

def hchacha(key, nonce):
    state = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574]
    state += struct.unpack("<8I", key) + struct.unpack("<4I", nonce)

    def turn(value, bits):
        return ((value << bits) | (value >> (32 - bits))) & 0xFFFFFFFF

    def quarter(a, b, c, d):
        for bits_d, bits_b in ((16, 12), (8, 7)):
            state[a] = (state[a] + state[b]) & 0xFFFFFFFF
            state[d] = turn(state[d] ^ state[a], bits_d)
            state[c] = (state[c] + state[d]) & 0xFFFFFFFF
            state[b] = turn(state[b] ^ state[c], bits_b)

    for _ in range(10):
        for column in range(4):
            quarter(column, 4 + column, 8 + column, 12 + column)
        for diagonal in range(4):
            quarter(
                diagonal, 4 + (diagonal + 1) % 4, 8 + (diagonal + 2) % 4, 12 + (diagonal + 3) % 4)
    return struct.pack("<8I", *(state[:4] + state[12:]))


def xseal(key, nonce, plain, associated):
    cipher = ChaCha20Poly1305(hchacha(key, nonce[:16]))
    return cipher.encrypt(bytes(4) + nonce[16:], plain, associated)


def xopen(key, nonce, sealed, associated):
    cipher = ChaCha20Poly1305(hchacha(key, nonce[:16]))
    return cipher.decrypt(bytes(4) + nonce[16:], sealed, associated)


def pad(plain):
    length = len(plain) + 1
    if length > 1:
        exponent = length.bit_length() - 1
        low = exponent - exponent.bit_length()
        if low > 0:
            mask = (1 << low) - 1
            length = (length + mask) & ~mask
    length = max(256, length)
    return plain + b"\x80" + bytes(length - len(plain) - 1)


# Cards, secrets and recovery files.

def log_id(origin, key):
    return sha(b"liaison-log/v1\n", origin.encode(), b"\n", key)


def key_id(name, kind, key):
    return sha(name.encode(), b"\n", bytes([kind]), key)[:4]


class Card:
    """A card's values as they stand there; nothing is verified."""

    def __init__(self, path_or_bytes):
        if isinstance(path_or_bytes, bytes):
            self.note = path_or_bytes
        else:
            with open(path_or_bytes, "rb") as file:
                self.note = file.read()
        fields = {}
        for line in self.note.decode().split("\n"):
            key, space, value = line.partition(" ")
            if space:
                fields.setdefault(key, value)
        self.name, self.origin, self.serial = fields["name"], fields["origin"], int(fields["serial"])
        self.log, self.cosign, self.seal, self.transport, self.opening = (
            base64.b64decode(fields[key])
            for key in ("log", "cosign", "seal", "transport", "opening"))
        self.log_id = log_id(self.origin, self.log)


class Me:
    """The keys in a data folder: what a thief of the running machine has."""

    def __init__(self, data):
        with open(os.path.join(data, "secrets/node.key"), "rb") as file:
            secrets = file.read()
        assert secrets.startswith(b"liaison-secrets/v1")
        seeds = [secrets[at:at + 32] for at in range(32, 160, 32)]
        self.log = Ed25519PrivateKey.from_private_bytes(seeds[0])
        self.cosign = Ed25519PrivateKey.from_private_bytes(seeds[1])
        self.seal = X25519PrivateKey.from_private_bytes(seeds[2])
        self.transport = X25519PrivateKey.from_private_bytes(seeds[3])
        self.card = Card(os.path.join(data, "node.card"))
        self.log_pub, self.seal_pub = raw(self.log), raw(self.seal)
        self.transport_pub = raw(self.transport)


def make_card(
        me, serial=None, seal=None, transport=None, address=None, origin=None, log=None, cosign=None,
        opening=None):
    """A card signed by `log`: what is not given is as in the card of `me`."""
    key, card = log or me.log, me.card
    origin = origin or card.origin
    text = "liaison-card/v1\nserial %d\nname %s\norigin %s\n" % (
        serial or card.serial, origin.partition("/")[0], origin)
    for name, value in (
            ("log", raw(key)), ("cosign", cosign or card.cosign), ("seal", seal or card.seal),
            ("transport", transport or card.transport), ("opening", opening or card.opening)):
        text += "%s %s\n" % (name, b64(value))
    if address:
        text += "address %s\n" % address
    signature = key_id(origin, 1, raw(key)) + key.sign(text.encode())
    return (text + "\n\u2014 %s %s\n" % (origin, b64(signature))).encode()


def argon2id(passphrase, salt, passes, memory_bytes):
    """32 bytes by libsodium, which is there wherever Liaison is: Debian's cryptography has no Argon2."""
    sodium = ctypes.CDLL("libsodium.so.23")
    key = ctypes.create_string_buffer(32)
    result = sodium.crypto_pwhash(
        key, ctypes.c_ulonglong(32), passphrase, ctypes.c_ulonglong(len(passphrase)), salt,
        ctypes.c_ulonglong(passes), ctypes.c_size_t(memory_bytes), 2)
    assert result == 0, "libsodium makes no Argon2id key"
    return key.raw


def recovery(path, passphrase=b"correct horse"):
    """The opening key in a recovery file."""
    with open(path, encoding="ascii") as file:
        lines = file.read().split("\n")
    _, passes, memory = lines[2].split(" ")
    salt, nonce, sealed = (base64.b64decode(lines[at].split(" ")[1]) for at in (3, 4, 5))
    key = argon2id(passphrase, salt, int(passes), int(memory))
    head = ("\n".join(lines[:5]) + "\n").encode()
    return Ed25519PrivateKey.from_private_bytes(xopen(key, nonce, sealed, head))


def genesis(
        opener, origin, follows, me, log=None, next_opening=None, time_ms=None, signer=None, **card):
    """Entry 0 of the epoch `origin`, opened by `opener`.

    follows: (origin, size, leaf hash, root). me: whose other keys go into the card. log: the new log key; fresh if
    None. next_opening: what the card commits to; random if None. signer: who signs instead of `opener`.
    """
    log = log or Ed25519PrivateKey.generate()
    note = make_card(
        me, serial=1, origin=origin, log=log, opening=next_opening or os.urandom(32), **card)
    before, size, head, root = follows
    body = ("liaison-genesis/v1\nfollows %s %d %s %s\nopened-by %s\n\n" % (
        before, size, b64(head), b64(root), b64(raw(opener)))).encode() + note
    body += ("signature %s\n" % b64((signer or opener).sign(body))).encode()
    entry = Entry(
        log_id(origin, raw(log)), 0, time_ms or int(time.time() * 1000), GENESIS, 0, 0, bytes(16),
        bytes(32), body, log)
    entry.log_key, entry.card = log, Card(note)
    return entry


# Transport: Noise_IKpsk2_25519_ChaChaPoly_SHA256 (transport.md).

def hkdf(chaining, material, count):
    secret = hmac.new(chaining, material, hashlib.sha256).digest()
    outputs, last = [], b""
    for number in range(count):
        last = hmac.new(secret, last + bytes([number + 1]), hashlib.sha256).digest()
        outputs.append(last)
    return outputs


class Session:
    """A session that `me` dials; `peer` is the card of who listens."""

    def __init__(self, me, peer, host, port, psk=bytes(32), family=socket.AF_INET, secret=None):
        assert host in ("127.0.0.1", "::1")
        self.sock = socket.create_connection((host, port), timeout=20)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        static = secret or me.transport
        self.ck = self.h = sha(b"Noise_IKpsk2_25519_ChaChaPoly_SHA256")
        self.k, self.n = None, 0
        self._mix_hash(b"liaison-transport/v1")
        self._mix_hash(peer.transport)
        ephemeral = X25519PrivateKey.generate()
        first = raw(ephemeral)
        self._mix_hash(first)
        self._mix_key(first)
        self._mix_key(self._agree(ephemeral, peer.transport))
        first += self._encrypt(raw(static))
        self._mix_key(self._agree(static, peer.transport))
        first += self._encrypt(b"")
        mac = hashlib.blake2b(b"liaison-mac1/v1" + peer.transport, digest_size=32).digest()
        self.sock.sendall(first + blake(mac, first)[:16])
        answer = self._exact(48)
        self._mix_hash(answer[:32])
        self._mix_key(answer[:32])
        self._mix_key(self._agree(ephemeral, answer[:32]))
        self._mix_key(self._agree(static, answer[:32]))
        self.ck, hashed, self.k = hkdf(self.ck, psk, 3)
        self.n = 0
        self._mix_hash(hashed)
        self._decrypt(answer[32:])
        self.k1, self.k2 = hkdf(self.ck, b"", 2)
        self.sent = self.received = self.since = 0
        self.hash, self.buf, self.pos = self.h, b"", {}
        self.raw(b"")

    @staticmethod
    def _agree(secret, public):
        return secret.exchange(X25519PublicKey.from_public_bytes(public))

    @staticmethod
    def _nonce(number):
        return bytes(4) + struct.pack("<Q", number)

    def _mix_hash(self, data):
        self.h = sha(self.h, data)

    def _mix_key(self, data):
        self.ck, self.k = hkdf(self.ck, data, 2)
        self.n = 0

    def _encrypt(self, plain):
        sealed = ChaCha20Poly1305(self.k).encrypt(self._nonce(self.n), plain, self.h)
        self.n += 1
        self._mix_hash(sealed)
        return sealed

    def _decrypt(self, sealed):
        plain = ChaCha20Poly1305(self.k).decrypt(self._nonce(self.n), sealed, self.h)
        self.n += 1
        self._mix_hash(sealed)
        return plain

    def _exact(self, count):
        data = b""
        while len(data) < count:
            part = self.sock.recv(count - len(data))
            if not part:
                raise ConnectionError("closed")
            data += part
        return data

    @staticmethod
    def _rekeyed(key):
        return ChaCha20Poly1305(key).encrypt(bytes(4) + b"\xff" * 8, bytes(32), b"")[:32]

    def record(self, data, flags=0):
        """One transport record as bytes; flag 1 rekeys."""
        sealed = ChaCha20Poly1305(self.k1).encrypt(self._nonce(self.sent), bytes([flags]) + data, b"")
        self.sent += 1
        self.since += len(sealed)
        if flags == 1:
            self.k1, self.since = self._rekeyed(self.k1), 0
        return struct.pack(">H", len(sealed)) + sealed

    def raw(self, data, flags=0):
        out = b""
        while True:
            part, data = data[:65518], data[65518:]
            out += self.record(part, 1 if self.since > (1 << 30) - 200000 else flags)
            if not data:
                break
        self.sock.sendall(out)

    def send(self, *messages):
        self.raw(b"".join(struct.pack(">I", len(message)) + message for message in messages))

    def _read_record(self):
        length, = struct.unpack(">H", self._exact(2))
        plain = ChaCha20Poly1305(self.k2).decrypt(
            self._nonce(self.received), self._exact(length), b"")
        self.received += 1
        if plain[0] == 1:
            self.k2 = self._rekeyed(self.k2)
        self.buf += plain[1:]

    def messages(self, seconds=0.5):
        """The messages that come within so many seconds, or until the other side closes."""
        end = time.monotonic() + seconds
        while True:
            while len(self.buf) >= 4:
                length, = struct.unpack(">I", self.buf[:4])
                if len(self.buf) < 4 + length:
                    break
                message, self.buf = self.buf[4:4 + length], self.buf[4 + length:]
                yield message
            left = end - time.monotonic()
            if left <= 0:
                return
            self.sock.settimeout(left)
            try:
                self._read_record()
            except (TimeoutError, ConnectionError):
                return
            finally:
                self.sock.settimeout(60)

    def is_open(self, seconds=0.3):
        """Whether the other side still holds the session, as far as a ping shows."""
        try:
            self.send(bytes([PING]))
            return any(message[0] == PONG for message in self.messages(seconds))
        except OSError:
            return False

    def close(self):
        self.sock.close()

    # Synchronisation (sync.md).

    def hello(self, logs, run=None):
        """Says hello and lists these log ids; positions are those of this list."""
        salted = b"".join(sha(self.hash, log)[:16] for log in logs)
        self.send(
            struct.pack(">BH", HELLO, 1) + (run or os.urandom(16)) + b"\0",
            struct.pack(">BII", LOGS, 0, len(logs)) + salted)
        self.pos = {log: position for position, log in enumerate(logs)}

    def heads(self, heads):
        """heads: (log id, size, leaf hash)."""
        self.send(struct.pack(">BI", HEADS, len(heads)) + b"".join(
            struct.pack(">IQ", self.pos[log], size) + leaf for log, size, leaf in heads))

    def chunk(self, log, first, entries, request=0, checkpoint=0, proof=()):
        """Entries in compact form; request 0 is a push."""
        head = struct.pack(
            ">BIIQIQBB", CHUNK, request, self.pos[log], first, len(entries), checkpoint, 0, len(proof))
        self.send(
            head + b"".join(proof) + b"".join(entry.compact for entry in entries)
            + b"".join(entry.body for entry in entries))

    def opening(self, position, entry):
        self.send(
            struct.pack(">BI", OPENING, position) + entry.leaf + struct.pack(">H", len(entry.body))
            + entry.body)

    def checkpoint(self, log, size, root, signature):
        self.send(self.checkpoint_message(log, size, root, signature))

    def checkpoint_message(self, log, size, root, signature):
        return struct.pack(">BIQ", CHECKPOINT, self.pos[log], size) + root + signature

    def cosignature(self, log, size, root, signature, name, key, made, at):
        """From the author: one cosignature, said to be by `name` with the public key `key`."""
        self.send(
            struct.pack(">BBIQ", COSIGNATURES, 1, self.pos[log], size) + root + signature
            + bytes([1, len(name)]) + name.encode() + key + struct.pack(">Q", at) + made)

    def answer(self, log, pull, entries, lacks=()):
        """Answers a `pull` with whole leaves, without the bodies of the entries at the indices `lacks`."""
        request, _, first, end, _, _ = struct.unpack(">IIQQIB", pull[1:])
        part = list(enumerate(entries[first:end], first))
        head = struct.pack(
            ">BIIQIQBB", CHUNK, request, self.pos[log], first, len(part), 0, 3, 0)
        self.send(
            head + b"".join(entry.leaf for _, entry in part)
            + bytes(1 if index in lacks else 0 for index, _ in part)
            + b"".join(entry.body for index, entry in part if index not in lacks),
            struct.pack(">BIB", END, request, 0))


# An author (entry.md, log.md, sealing.md).

class Entry:
    def __init__(self, log, index, time_ms, kind, suite, expiry, tag, previous, body, key):
        self.associated = b"liaison-entry/v1" + log + struct.pack(
            ">QQBBHI", index, time_ms, kind, suite, expiry, len(body)) + tag
        assert len(self.associated) == 88
        self.header = self.associated + previous + sha(body)
        self.body, self.signature = body, key.sign(self.header)
        self._finish()

    def _finish(self):
        self.leaf = self.header + self.signature
        self.hash, self.header_hash = sha(b"\0", self.leaf), sha(self.header)
        self.compact = self.header[56:88] + self.signature

    @classmethod
    def stored(cls, leaf, body):
        entry = cls.__new__(cls)
        entry.header, entry.signature, entry.body = leaf[:HEADER], leaf[HEADER:], body
        entry._finish()
        return entry


class Tree:
    def __init__(self):
        self.nodes, self.size = [], 0

    def append(self, leaf_hash):
        bits = self.size
        while bits & 1:
            leaf_hash = sha(b"\1", self.nodes.pop(), leaf_hash)
            bits >>= 1
        self.nodes.append(leaf_hash)
        self.size += 1

    def root(self):
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = sha(b"\1", node, root)
        return root


class Author:
    """Goes on with the log of `me` where its data folder ends."""

    def __init__(self, me, data):
        self.me, self.lid, self.key = me, me.card.log_id, me.log
        folder = os.path.join(data, "logs", self.lid.hex())
        with open(os.path.join(folder, "entries"), "rb") as file:
            leaves = file.read()
        self.tree, self.size, self.prev, self.last = Tree(), 0, bytes(32), None
        for at in range(0, len(leaves) - LEAF + 1, LEAF):
            leaf = leaves[at:at + LEAF]
            if not leaf.startswith(b"liaison-entry/v1"):
                break
            self._take(sha(b"\0", leaf), sha(leaf[:HEADER]))
        with open(os.path.join(folder, "bodies/00000000"), "rb") as file:
            record = file.read(1 << 16)
        length, = struct.unpack(">I", record[4:8])
        self.genesis = Entry.stored(leaves[:LEAF], record[16:16 + length])

    def _take(self, leaf_hash, header_hash):
        self.tree.append(leaf_hash)
        self.prev, self.last = header_hash, leaf_hash
        self.size += 1

    def add(self, kind, suite, body, tag=bytes(16), time_ms=None, expiry=0):
        when = time_ms if time_ms is not None else int(time.time() * 1000)
        entry = Entry(self.lid, self.size, when, kind, suite, expiry, tag, self.prev, body, self.key)
        self._take(entry.hash, entry.header_hash)
        return entry

    def place(self):
        return self.lid + struct.pack(">Q", self.size)

    def grant_body(
            self, members, K=None, slots_log2=3, psk={}, garbage_for=None, version=1,
            predecessor=None, name=None):
        """members: (name, sealing key), the author among them. garbage_for: every slot has this member's hint."""
        K, place = K or os.urandom(32), self.place()
        ephemeral = X25519PrivateKey.generate()
        public = raw(ephemeral)

        def keys(member, shared):
            secret = ephemeral.exchange(X25519PublicKey.from_public_bytes(member))
            hint = blake(secret, b"liaison-hint/v1" + public + member + place)[:8]
            return hint, blake(secret, b"liaison-wrap/v1" + public + member + place + shared)

        if garbage_for:
            hint, _ = keys(garbage_for, bytes(32))
            slots = [hint + os.urandom(48) for _ in range(1 << slots_log2)]
        else:
            slots = []
            for member, key in members:
                hint, wrap = keys(key, psk.get(member, bytes(32)))
                slots.append(hint + ChaCha20Poly1305(wrap).encrypt(bytes(12), K, b""))
            slots += [os.urandom(56) for _ in range((1 << slots_log2) - len(slots))]
        head = bytes([1, slots_log2]) + blake(K, b"liaison-commit/v1" + place) + public
        head += b"".join(sorted(slots))
        own = self.me.card.name
        others = sorted(member for member, _ in members if member != own)
        text = "audience %s\nversion %d\npredecessor %s\nwraps %s\n" % (
            name or ",".join(others) or own, version, "-" if predecessor is None else predecessor,
            b64(os.urandom(32)))
        for member, key in sorted(members):
            text += "member %s %s\n" % (member, b64(key))
        nonce = os.urandom(24)
        head += nonce
        plain, now = pad(text.encode()), int(time.time() * 1000)
        associated = b"liaison-entry/v1" + self.lid + struct.pack(
            ">QQBBHI", self.size, now, GRANT, 2, 0, len(head) + len(plain) + 16) + bytes(16)
        sealed = xseal(blake(K, b"liaison-grant/v1" + place), nonce, plain, associated + head)
        return head + sealed, K, now

    def grant(self, members, **options):
        body, K, now = self.grant_body(members, **options)
        return self.add(GRANT, 2, body, time_ms=now), K

    def record(self, K, plain, time_ms=None, raw_padded=None):
        key = blake(K, b"liaison-key/v1" + self.place())
        tag = blake(key, b"liaison-tag/v1")
        padded = raw_padded if raw_padded is not None else pad(plain)
        nonce, now = os.urandom(24), time_ms if time_ms is not None else int(time.time() * 1000)
        associated = b"liaison-entry/v1" + self.lid + struct.pack(
            ">QQBBHI", self.size, now, RECORD, 1, 0, 40 + len(padded) + 16) + tag[:16]
        sealed = xseal(blake(key, b"liaison-aead/v1"), nonce, padded, associated)
        return self.add(RECORD, 1, nonce + tag[16:] + sealed, tag=tag[:16], time_ms=now)

    def checkpoint_sig(self, size, root):
        return self.key.sign(("%s\n%d\n%s\n" % (self.me.card.origin, size, b64(root))).encode())
