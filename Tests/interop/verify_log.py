#!/usr/bin/python3
"""Verifies Liaison logs: a second opinion beside liaison-audit.

Written from Protocols/ alone (audit.md first; entry.md, log.md, checkpoint.md, card.md, store.md), on nothing but
Python and Debian's python3-cryptography. It reads; it never writes.

    verify_log.py FOLDER [--key FILE.card]...    a data folder, one log's folder, or a copy
    verify_log.py --ed25519 VECTORS.json         the acceptance rule, on the 914 edge cases of CCTV
    verify_log.py --store-vectors STORE.json     Protocols/vectors/store.json

Exit: 0 all checked against given cards, 1 verification failed, 2 fork, author fault or defect
proven, 3 valid but something was not checked, 64 usage, 66 no input, 74 I/O.
"""

import argparse
import base64
import errno
import functools
import hashlib
import json
import os
import re
import stat
import struct
import sys
import tempfile
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.poly1305 import Poly1305

LEAF, HEADER, MAX_BODY, MAX_SIZE = 216, 152, 1 << 20, (1 << 63) - 1
KIND_SUITES = {1: (0,), 2: (0,), 3: (0,), 4: (0,), 5: (0,), 6: (0,), 7: (2,), 8: (2,), 9: (1, 3), 10: (0,)}
KNOWN_SUITES = (0, 1, 2, 3)
GENESIS, KEYS, WITHDRAWAL, RECEIPT, ANCHOR, RECORD = 1, 2, 3, 4, 6, 9
PRESENT, PURGED, PURGED_HERE, EXPIRED, ABSENT, HIDDEN = range(6)
# audit.md, 8.
MAX_RECORDS, MAX_BODIES, MAX_SEGMENTS = 1 << 40, 1 << 60, 10**8
MAX_JOURNAL, MAX_BEGINNING, MAX_COMMIT, MAX_FRAMES, MAX_NAMES, MAX_PROOF, SMALL = 1 << 32, 256 << 20, 16 << 20, 1 << 62, 65536, 6144, 64 << 10
INDEX = 32
BODIES = "bodies/"
# What is hashed in one journal for frames that are none.
MAX_SEARCHED = 4 << 30
FINAL = (PURGED, PURGED_HERE, EXPIRED)
# How often a folder is looked at, when its journals change meanwhile.
LOOKS, LOOK_SECONDS = 5, 0.05
STATES = {PURGED: "withdrawn", PURGED_HERE: "deleted here", EXPIRED: "expired", ABSENT: "not here"}


def sha256(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


# Ed25519: entry.md, 4. OpenSSL does the group arithmetic; what it is lax about is checked before.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def decode_point(encoded):
    """The point of a canonical encoding, or None."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square or (x == 0 and sign):
        return None
    return (P - x if x & 1 != sign else x), y


def double(point):
    x, y = point
    t = D * x * x * y * y % P
    return (2 * x * y * pow(1 + t, -1, P) % P, (y * y + x * x) * pow(1 - t, -1, P) % P)


def add_points(a, b):
    t = D * a[0] * b[0] * a[1] * b[1] % P
    return (
        (a[0] * b[1] + b[0] * a[1]) * pow(1 + t, -1, P) % P,
        (a[1] * b[1] + a[0] * b[0]) * pow(1 - t, -1, P) % P,
    )


def sound_point(encoded):
    """Canonical and not of small order: eight times it is not the neutral element."""
    point = decode_point(encoded)
    return point is not None and double(double(double(point))) != (0, 1)


class Ed25519Key:
    def __init__(self, raw):
        self.raw = raw
        self.sound = sound_point(raw)
        self.key = Ed25519PublicKey.from_public_bytes(raw) if self.sound else None

    def verifies(self, signature, message):
        if not self.sound or len(signature) != 64:
            return False
        # OpenSSL compares encodings, so R is canonical; it does not look whether R is of small order.
        if int.from_bytes(signature[32:], "little") >= ORDER or signature[:32] in SMALL_ORDER:
            return False
        try:
            self.key.verify(signature, message)  # encode(SB - kA) = R
            return True
        except InvalidSignature:
            return False


@functools.lru_cache(maxsize=256)
def in_prime_subgroup(encoded):
    """A key that a card may hold (card.md, CARD-9): canonical, and of the group's prime order."""
    point = decode_point(encoded)
    if point is None or point == (0, 1):
        return False
    sum_, k = (0, 1), ORDER
    while k:
        if k & 1:
            sum_ = add_points(sum_, point)
        point, k = double(point), k >> 1
    return sum_ == (0, 1)


def sound_x25519(encoded):
    """Canonical, and not of small order: eight times it is not zero (RFC 7748, 5)."""
    x1 = int.from_bytes(encoded, "little")
    if x1 >= P:
        return False
    # Projective doubling, three times: X' = (X² - Z²)², Z' = 4XZ(X² + 486662XZ + Z²).
    x, z = x1, 1
    for _ in range(3):
        x, z = (x * x - z * z) ** 2 % P, 4 * x * z * (x * x + 486662 * x * z + z * z) % P
    return z != 0


def small_order_points():
    """Encodings of the eight points of small order, found by multiplying by the group's order."""
    found, y = set(), 2
    while len(found) < 8:
        point, y = decode_point(y.to_bytes(32, "little")), y + 1
        if point is None:
            continue
        torsion, k = (0, 1), ORDER
        while k:
            if k & 1:
                torsion = add_points(torsion, point)
            point, k = double(point), k >> 1
        multiple = (0, 1)
        for _ in range(8):
            multiple = add_points(multiple, torsion)
            found.add((multiple[1] | (multiple[0] & 1) << 255).to_bytes(32, "little"))
    return found


SMALL_ORDER = small_order_points()


# Text: checkpoint.md, 1 and card.md, 1.

class Bad(Exception):
    """What is wrong with a text."""


def b64(text, length=None):
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Bad("is not Base64") from error
    if base64.b64encode(raw).decode() != text or (length is not None and len(raw) != length):
        raise Bad("is not the Base64 of %s bytes" % length)
    return raw


def decimal(text, low, high):
    if not re.fullmatch(r"0|[1-9][0-9]{0,19}", text) or not low <= int(text) <= high:
        raise Bad("has a malformed number")
    return int(text)


def parse_origin(text):
    match = re.fullmatch(r"([a-z0-9][a-z0-9.-]{0,31})/([1-9][0-9]{0,9})", text)
    if not match or match[1].startswith("liaison-") or int(match[2]) >= 2**32:
        raise Bad("has a malformed origin")
    return match[1]


def key_id(name, kind, key):
    return sha256(name.encode(), b"\n", bytes([kind]), key)[:4]


def parse_note(raw):
    """(text with its last newline, [(name, key id, signature)])"""
    if len(raw) > 32768:
        raise Bad("is too long for a note")
    try:
        note = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Bad("is not UTF-8") from error
    if any(ord(c) < 32 and c != "\n" for c in note) or note.startswith("liaison-entry/"):
        raise Bad("holds what no note may hold")
    text, blank, rest = note.rpartition("\n\n")
    if not blank or not text or not rest.endswith("\n"):
        raise Bad("has no signature lines")
    lines = []
    for line in rest[:-1].split("\n"):
        match = re.fullmatch("\u2014 ([^\\s+]{1,255}) ([A-Za-z0-9+/=]+)", line)
        if not match:
            raise Bad("has a malformed signature line")
        payload = b64(match[2])
        if len(payload) < 5:
            raise Bad("has a malformed signature line")
        lines.append((match[1], payload[:4], payload[4:]))
    if len(lines) > 100 or len({line[:2] for line in lines}) != len(lines):
        raise Bad("has two lines of one key, or too many")
    return (text + "\n").encode(), lines


def own_signature(note, origin, key):
    text, lines = note
    for name, identifier, signature in lines:
        if name == origin and identifier == key_id(origin, 1, key.raw):
            if not key.verifies(signature, text):
                raise Bad("has a signature that does not verify")
            return
    raise Bad("is not signed by the log's key")


class Card:
    def __init__(self, raw):
        if len(raw) > 2048:
            raise Bad("is longer than a card")
        note = parse_note(raw)
        lines = note[0].decode().split("\n")[:-1]
        names = ["serial", "name", "origin", "log", "cosign", "seal", "transport", "opening"]
        if lines[0] != "liaison-card/v1" or not 9 <= len(lines) <= 10:
            raise Bad("is no card")
        values = {}
        for name, line in zip(names + ["address"], lines[1:]):
            if not line.startswith(name + " "):
                raise Bad("lacks the line " + name)
            values[name] = line[len(name) + 1:]
        self.serial = decimal(values["serial"], 1, 2**64 - 1)
        self.name, self.origin = values["name"], values["origin"]
        if parse_origin(self.origin) != self.name:
            raise Bad("has an origin of another name")
        self.keys = {name: b64(values[name], 32) for name in names[3:]}
        self.opening = self.keys["opening"]
        for name in ("log", "cosign"):
            if not in_prime_subgroup(self.keys[name]):
                raise Bad("has a %s key that is none" % name)
        for name in ("seal", "transport"):
            if not sound_x25519(self.keys[name]):
                raise Bad("has a %s key that is none" % name)
        if self.keys["log"] == self.keys["cosign"] or self.keys["seal"] == self.keys["transport"]:
            raise Bad("uses one key for two purposes")
        if "address" in values and not self.is_address(values["address"]):
            raise Bad("has a malformed address")
        self.identity = (self.origin, self.keys["log"])
        if len(note[1]) != 1:
            raise Bad("has more than one signature")
        own_signature(note, self.origin, Ed25519Key(self.keys["log"]))

    @staticmethod
    def is_address(text):
        match = re.fullmatch(r"([A-Za-z0-9.-]+|\[[A-Za-z0-9.:]+\]):([1-9][0-9]{0,4})", text)
        return bool(match) and len(text) <= 261 and int(match[2]) <= 65535


def card_file(content):
    """The card's bytes in a file that mail or an editor changed: card.md, CARD-12."""
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    if content.endswith(b"\r"):
        content = content[:-1]
    return content.replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n"


def opened_after(body):
    """What a well-formed genesis body above epoch 1 follows, and the hash of the key that opened it."""
    lines = body.split(b"\n", 3)
    if not lines[1].startswith(b"follows "):
        return None
    words = lines[1].decode().split(" ")
    return words[1], int(words[2]), sha256(b64(lines[2].decode()[len("opened-by "):], 32))


def public_body_card(kind, body):
    """The card of a genesis or keys body: card.md, 4 and 5."""
    if len(body) > 2560:
        raise Bad("is too long")
    head, blank, rest = body.partition(b"\n\n")
    lines = head.decode("utf-8", "replace").split("\n")
    if not blank:
        raise Bad("has no blank line")
    if kind == KEYS:
        if lines != ["liaison-keys/v1"]:
            raise Bad("is no keys body")
        return Card(rest)
    if lines[0] != "liaison-genesis/v1" or len(lines) not in (1, 3):
        raise Bad("is no genesis body")
    if len(lines) == 1:
        card = Card(rest)
        if not card.origin.endswith("/1"):
            raise Bad("does not say what it follows")
        return card
    card, signature = Card(rest[:-99]), rest[-99:].decode("utf-8", "replace")
    epoch = int(card.origin.rpartition("/")[2])
    words = lines[1].split(" ")
    if len(words) != 5 or words[0] != "follows" or parse_origin(words[1]) != card.name:
        raise Bad("does not say what it follows")
    if int(words[1].rpartition("/")[2]) >= epoch:
        raise Bad("follows a later epoch")
    decimal(words[2], 1, MAX_SIZE)
    b64(words[3], 32)
    b64(words[4], 32)
    if not lines[2].startswith("opened-by "):
        raise Bad("names no opening key")
    key = b64(lines[2][10:], 32)
    if not in_prime_subgroup(key) or key in (card.keys["log"], card.keys["cosign"]):
        raise Bad("names an opening key that is none")
    if sha256(key) == card.opening:
        raise Bad("names the opening key of the epoch after")
    if not signature.startswith("signature ") or not signature.endswith("\n"):
        raise Bad("is not signed by its opening key")
    if not Ed25519Key(key).verifies(b64(signature[10:-1], 64), body[:-99]):
        raise Bad("is not signed by its opening key")
    return card


def check_withdrawal(body, origin):
    """What it names: entry.md, 7."""
    if len(body) > 72726:
        raise Bad("is too long")
    lines = body.split(b"\n")
    if lines[0] != b"liaison-withdrawal/v1" or lines[-1] != b"":
        raise Bad("is no withdrawal")
    name, _, epoch = origin.rpartition("/")
    last, named = None, []
    for line in lines[1:-1]:
        match = re.fullmatch(rb"record ([^ ]+) ([^ ]+)", line)
        if not match:
            raise Bad("has a line that names no record")
        of, index = match[1].decode("utf-8", "replace"), match[2].decode("utf-8", "replace")
        if parse_origin(of) != name or int(of.rpartition("/")[2]) > int(epoch):
            raise Bad("names a record of another node or a later epoch")
        record = (int(of.rpartition("/")[2]), decimal(index, 0, MAX_SIZE - 1))
        if last is not None and record <= last:
            raise Bad("names records out of order")
        last = record
        named.append((of, record[1]))
    if not 1 <= len(lines) - 2 <= 1024:
        raise Bad("names no records, or too many")
    return named


def check_anchor(body):
    """Its form alone: entry.md, 8."""
    if len(body) != 90 or not body.startswith(b"liaison-anchor/v1\n"):
        raise Bad("is no anchor")
    before = int.from_bytes(body[82:], "big")
    if before >= MAX_SIZE and before != 2**64 - 1:
        raise Bad("names an index that no entry has")


def check_receipt(body):
    """Its form alone: entry.md, 9."""
    if len(body) < 21 or not body.startswith(b"liaison-receipt/v1\n"):
        raise Bad("is no erasure receipt")
    count = int.from_bytes(body[19:21], "big")
    if not 1 <= count <= 4096 or len(body) != 21 + 74 * count:
        raise Bad("is no erasure receipt of %d lines" % count)
    last = None
    for start in range(21, len(body), 74):
        log, leaf = body[start:start + 32], body[start + 40:start + 72]
        index = int.from_bytes(body[start + 32:start + 40], "big")
        day = int.from_bytes(body[start + 72:start + 74], "big")
        if index >= MAX_SIZE and (index != 2**64 - 1 or leaf != bytes(32)):
            raise Bad("names an index that no entry has")
        if index == 2**64 - 1 and day == 0:
            raise Bad("has a line that says nothing")
        if last is not None and log <= last:
            raise Bad("has lines out of order")
        last = log


# Tree: log.md, 1 and 2.

class Tree:
    """The roots of the complete subtrees, largest first."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def append(self, leaf_hash):
        bits = self.size
        while bits & 1:
            leaf_hash = sha256(b"\1", self.peaks.pop(), leaf_hash)
            bits >>= 1
        self.peaks.append(leaf_hash)
        self.size += 1

    def root(self):
        if not self.peaks:
            return sha256()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = sha256(b"\1", peak, root)
        return root


# Journals: store.md, 5.

class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise Bad("ends too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, count):
        return int.from_bytes(self.take(count), "big")

    def record(self):
        """The number of an entry, a record or a frame."""
        number = self.number(8)
        if number >= MAX_RECORDS:
            raise Bad("holds a number that no store writes")
        return number

    @property
    def ended(self):
        return self.at == len(self.data)


class Acknowledged:
    """How far one log goes, and what the journals hold of it."""

    def __init__(self):
        self.identity = None
        self.size = self.segment = self.segment_end = 0
        self.controls = self.checkpoints = self.cosignatures = self.contradictions = 0
        self.body_bytes = self.gone_bytes = 0
        self.frozen = None
        self.leaf_hash = self.header_hash = bytes(32)
        self.pending = b""
        self.entries, self.checkpoint_frames, self.cosignature_frames = {}, {}, {}
        self.removed = {}
        self.arrivals = {}  # index: segment, offset, body
        self.anchor = 0, b""  # size and root of a tree of its first entries

    def bytes_of(self, file):
        """How far a file goes at least, of which this is the head."""
        records = {"entries": (LEAF, self.size), "hashes": (32, self.size), "bodies.index": (INDEX, self.size),
                   "nodes": (32, Log.nodes(self.size)), "control": (16, self.controls),
                   "checkpoints": (320, self.checkpoints), "cosignatures": (192, self.cosignatures)}
        if file in records:
            stride, count = records[file]
            return stride * count
        number = int(file[len(BODIES):])
        return self.segment_end if number == self.segment else MAX_BODIES if number < self.segment else 0

    def read_head(self, reader, in_commit=False):
        size, leaf_hash, header_hash = reader.number(8), reader.take(32), reader.take(32)
        frozen, bodies, gone = reader.number(8), reader.number(8), reader.number(8)
        segment, segment_end = reader.number(4), reader.number(4)
        controls, checkpoints, contradictions, cosignatures = (reader.number(8) for _ in range(4))
        anchor = reader.number(8), reader.take(32)
        pending = reader.take(reader.number(2))
        counts = (size, controls, checkpoints, contradictions, cosignatures, anchor[0])
        if (max(counts) > MAX_RECORDS or anchor[0] > size or max(bodies, gone) > MAX_BODIES or segment >= MAX_SEGMENTS
                or frozen not in range(MAX_SIZE) and frozen != 2**64 - 1):
            raise Bad("holds a number that no store writes")
        self.size, self.leaf_hash, self.header_hash = size, leaf_hash, header_hash
        self.body_bytes, self.segment, self.segment_end = bodies, segment, segment_end
        self.controls, self.anchor = controls, anchor
        if not in_commit:
            self.checkpoints, self.cosignatures, self.pending = checkpoints, cosignatures, pending
            self.contradictions, self.gone_bytes = contradictions, gone
            self.frozen = None if frozen == 2**64 - 1 else frozen


class Journals:
    def __init__(self, folder, report):
        self.logs, self.report, self.torn, self.gaps = {}, report, {}, {}
        found, files = [], {}
        for number in (0, 1):
            name = "journal.%d" % number
            files[name] = report.read(os.path.join(folder, name), name, most=MAX_JOURNAL)
            if files[name] is None:
                report.failed(None, name, None, None, "is missing")
            else:
                found.append(self.scan(name, files[name]))
        longest = max(len(data or b"") for data in files.values())
        for name, data in sorted(files.items()):
            if data is not None and (len(data) < longest or len(data) % 4096):
                report.failed(None, name, None, len(data), "is shorter than the other, or not of whole pages")
        found = sorted((scan for scan in found if scan and self.is_sound(scan)),
                       key=lambda scan: (scan[0], scan[1] == "journal.%d" % (scan[0] % 2)))
        if not found:
            report.failed(None, "journal.0", None, 0, "neither journal begins with a valid frame")
        else:
            found = self.needed(found, files)
        for _, name, begin, commits, _, _ in found:
            if name in self.torn:
                report.failed(None, name, None, *self.torn[name])
            report.not_checked += self.gaps.get(name, [])
            try:
                reader = Reader(begin[32:])
                for _ in range(reader.number(4)):
                    self.log(reader.take(32)).read_head(reader)
                if not reader.ended:
                    raise Bad("goes on behind its heads")
                for commit in commits:
                    self.replay(Reader(commit))
            except Bad as error:
                report.failed(None, name, None, None, "a frame of it %s" % error)

    def is_sound(self, scan):
        """A beginning that is whole and malformed is not torn: it counts, whatever the other journal says."""
        try:
            reader = Reader(scan[2][32:])
            for _ in range(reader.number(4)):
                reader.take(32)
                Acknowledged().read_head(reader)
            if not reader.ended:
                raise Bad("goes on behind its heads")
        except Bad as error:
            self.report.failed(None, scan[1], None, 0, "its beginning %s" % error)
            return False
        return True

    def needed(self, found, files):
        """The journals to replay: STO-14 and STO-22."""
        generation, name, _, _, retires, salt = found[-1]
        if name != "journal.%d" % (generation % 2):
            self.report.failed(None, name, None, 0, "holds a generation of the other journal")
        other = "journal.0" if name == "journal.1" else "journal.1"
        if not retires:
            if len(found) == 2 and found[0][0] + 1 == generation:
                return found
            self.report.failed(None, other, None, 0, "its beginning is damaged and still needed")
            return found[-1:]
        self.searched = 0
        for _, frame in self.later(files[other] or b"", 0, salt):
            if frame[1] > generation:
                self.report.failed(None, other, None, 0, "its beginning is damaged")
                break
        if self.searched > MAX_SEARCHED:
            self.report.not_checked.append(
                "%s: whether later commits are in it: there is too much that looks like one" % other)
        return found[-1:]

    def log(self, log_id):
        return self.logs.setdefault(log_id, Acknowledged())

    def frame(self, data, at, salt):
        """(type, generation, sequence, payload, salt, the other is not needed), or None."""
        if data[at:at + 8] != b"liaisonj" or len(data) < at + 48:
            return None
        if data[at + 9] > 1 or data[at + 10:at + 12] != b"\0\0":
            return None
        length, generation, sequence = struct.unpack(">IQQ", data[at + 12:at + 32])
        if length > (MAX_BEGINNING if data[at + 8] == 1 else MAX_COMMIT) or not 1 <= generation <= MAX_FRAMES or sequence > MAX_FRAMES:
            return None
        payload = data[at + 48:at + 48 + length]
        if data[at + 8] == 1:
            salt = payload[:32]
        if len(payload) != length or salt is None:
            return None
        key = sha256(salt, data[at:at + 32])
        if Poly1305.generate_tag(key, payload) != data[at + 32:at + 48]:
            return None
        return data[at + 8], generation, sequence, payload, salt, data[at + 9] == 1

    def scan(self, name, data):
        begin = self.frame(data, 0, None)
        if begin is None or begin[0] != 1 or begin[2] != 0:
            return None
        commits, at, sequence, retires = [], self.pages(begin[3]), 1, begin[5]
        self.searched = 0
        while True:
            frame = self.frame(data, at, begin[4])
            if frame and frame[:3] == (2, begin[1], sequence):
                commits.append(frame[3])
                retires = retires or frame[5]
                at, sequence = at + self.pages(frame[3]), sequence + 1
                continue
            later = next((found for found in self.later(data, at, begin[4])
                          if found[1][:2] == (2, begin[1]) and found[1][2] > sequence), None)
            if self.searched > MAX_SEARCHED:
                self.gaps.setdefault(name, []).append(
                    "%s: whether commits stand behind byte %d: there is too much that looks like one" % (name, at))
            if later is None:
                break
            # Said only of a journal that is needed.
            if data[at:at + 8] == b"liaisonj" and data[at + 16:at + 32] == struct.pack(">QQ", begin[1], sequence):
                self.torn[name] = (at, "commit %d is damaged: commit %d stands behind it" % (sequence, later[1][2]))
                break
            self.gaps.setdefault(name, []).append(
                "%s: commits %d to %d are not there, and later ones are" % (name, sequence, later[1][2] - 1))
            at, sequence = later[0], later[1][2]
        return begin[1], name, begin[3], commits, retires, begin[4]

    def later(self, data, at, salt):
        """Whole commits from there on, wherever they begin; none lies inside another, and the search has its bound."""
        at = data.find(b"liaisonj", at)
        while at >= 0 and self.searched <= MAX_SEARCHED:
            commit = at % 4096 == 0 and data[at + 8:at + 9] == b"\2"
            frame = self.frame(data, at, salt) if commit else None
            if frame:
                yield at, frame
            elif commit and len(data) >= at + 48:
                length = int.from_bytes(data[at + 12:at + 16], "big")
                self.searched += length if length <= min(MAX_COMMIT, len(data) - at - 48) else 0
            at = data.find(b"liaisonj", at + self.pages(frame[3]) if frame else at + 1)

    @staticmethod
    def pages(payload):
        return (48 + len(payload) + 4095) // 4096 * 4096

    def replay(self, reader):
        while not reader.ended:
            code = reader.number(1)
            if code == 1:
                origin, key = reader.take(reader.number(1)), reader.take(32)
                log_id = sha256(b"liaison-log/v1\n", origin, b"\n", key)
                self.log(log_id).identity = (origin.decode("utf-8", "replace"), key)
                continue
            log = self.log(reader.take(32))
            if code == 2:
                self.replay_entries(log, reader)
            elif code == 3:
                log.read_head(reader, in_commit=True)
            elif code == 4:
                place, contradicts = reader.record(), reader.number(1)
                log.checkpoint_frames[place] = reader.take(320)
                log.contradictions += contradicts == 1
                log.checkpoints = max(log.checkpoints, place + 1)
            elif code == 5:
                place = reader.record()
                log.cosignature_frames[place] = reader.take(192)
                log.cosignatures = max(log.cosignatures, place + 1)
            elif code == 6:
                log.pending = reader.take(reader.number(2))
            elif code == 7:
                log.frozen = reader.number(8)
                if log.frozen >= MAX_SIZE:
                    raise Bad("holds a number that no store writes")
            elif code == 9:
                state = reader.number(1)
                place = check_mark(state, reader.take(16), "removes bodies")
                freed, count = reader.number(8), reader.number(4)
                if state == ABSENT:
                    raise Bad("removes bodies without a reason")
                for _ in range(count):
                    index = reader.record()
                    if state in FINAL or log.removed.get(index, (PRESENT, None))[0] not in FINAL:
                        log.removed[index] = state, place
                if freed > (count * MAX_BODY if state in FINAL else 0):
                    raise Bad("holds a number that no store writes")
                log.gone_bytes += freed
            elif code == 8:
                index, segment, offset = reader.record(), reader.number(4), reader.number(4)
                body = reader.take(reader.number(4))
                if len(body) > MAX_BODY or segment >= MAX_SEGMENTS or offset + 16 + len(body) >= 2**32:
                    raise Bad("holds a number that no store writes")
                log.arrivals[index] = segment, offset, body
                log.body_bytes += len(body)
                log.segment, log.segment_end = segment, offset + 16 + len(body)
            elif code == 10:
                first, count, size, _ = reader.record(), reader.number(4), reader.record(), reader.take(32)
                if not 0 < first + count <= size or count == 0:
                    raise Bad("holds a number that no store writes")
                for index in range(first, first + count):
                    leaf = reader.take(LEAF)
                    if index in log.entries:
                        log.entries[index] = (leaf,) + log.entries[index][1:]
                    if index + 1 == log.size:
                        log.leaf_hash = sha256(b"\0", leaf)
            else:
                raise Bad("holds an unknown record")

    @staticmethod
    def replay_entries(log, reader):
        first, count = reader.record(), reader.number(4)
        segment, offset, controls = reader.number(4), reader.number(4), reader.record()
        body_bytes, has_states = reader.number(4), reader.number(1)
        if count == 0 or count * LEAF > len(reader.data) or segment >= MAX_SEGMENTS:
            raise Bad("holds a number that no store writes")
        states = reader.take(count) if has_states == 1 else bytes(count)
        if max(states) > ABSENT:
            raise Bad("holds a state of a body that is none")
        leaves, bodies = Reader(reader.take(LEAF * count)), Reader(reader.take(body_bytes))
        leaf = b""
        for position in range(count):
            leaf = leaves.take(LEAF)
            body = None
            if states[position] == PRESENT:
                body = bodies.take(int.from_bytes(leaf[68:72], "big"))
                offset += 16 + len(body)
            controls += leaf[64] != RECORD
            log.entries[first + position] = (leaf, states[position], body)
        if not bodies.ended:
            raise Bad("holds more bodies than its leaves say")
        if first + count > MAX_RECORDS or offset >= 2**32:
            raise Bad("holds a number that no store writes")
        if first + count > log.size:
            log.body_bytes += body_bytes
            log.size, log.segment, log.segment_end = first + count, segment, offset
            log.controls = controls
            log.leaf_hash, log.header_hash = sha256(b"\0", leaf), sha256(leaf[:HEADER])


def check_mark(state, mark, what):
    """What withdrew a body: index, epoch, and when it goes; of hidden bodies always, of purged ones where it is known.
    Returns: epoch and index of the withdrawal, or None."""
    index, epoch, due = struct.unpack(">QII", mark)
    if state > HIDDEN or (state == HIDDEN) > (epoch > 0) or (epoch == 0 and (index or due)):
        raise Bad("%s of no state" % what)
    if epoch and (state not in (PURGED, HIDDEN) or state == PURGED and due):
        raise Bad("%s with a withdrawal that does not fit" % what)
    return (epoch, index) if epoch else None


def index_record(record):
    """Segment, offset, length, state, and what withdrew the body: store.md, STO-7."""
    segment, offset, length, state = struct.unpack(">IIIB3x", record[:16])
    place = check_mark(state, record[16:], "is an index record")
    check = sha256(record[:13], bytes(3), record[16:])[:3] if state == HIDDEN else bytes(3)
    if record[13:16] != check or length > MAX_BODY or segment >= MAX_SEGMENTS or offset + 16 + length >= 2**32:
        raise Bad("is no index record")
    return segment, offset, length, state, place


# Reporting.

class Report:
    def __init__(self):
        self.findings, self.checked, self.not_checked, self.not_read = [], [], [], []
        # For what is concluded when all logs were read: audit.md, 4.3 and 4.4.
        self.logs, self.named, self.withdrawals, self.frozen = [], {}, {}, {}
        self.data = None  # the data folder that is audited, or that the audited log is in

    def add(self, kind, log, file, index, offset, what):
        self.findings.append((kind, log, file, index, offset, what))

    def failed(self, log, file, index, offset, what):
        self.add("verification failed", log, file, index, offset, what)

    def read(self, path, file, log=None, most=None, dense=False):
        """The whole file; None if it is not there. What is there and no regular file is a finding."""
        try:
            return contents(path, most, dense, follow=False)
        except Bad as error:
            self.failed(log, file, None, None, str(error))
        except OSError as error:
            self.add("I/O error", log, file, None, None, str(error))
        return None

    def names(self, path, file, log=None):
        try:
            return folder_names(path) or []
        except Bad as error:
            self.failed(log, file, None, None, str(error))
        except OSError as error:
            self.add("I/O error", log, file, None, None, str(error))
        return []

    def finish(self):
        if self.findings:
            print("findings")
        for kind, log, file, index, offset, what in self.findings:
            where = file if index is None else "%s [%d]" % (file, index)
            where += "" if offset is None else " at byte %d" % offset
            print("  " + shown("%s: %s%s: %s" % (kind, log + ": " if log else "", where, what)))
        left_out = self.not_checked + ["not read, for it says nothing of a log: " + ", ".join(self.not_read)] * bool(self.not_read)
        for title, lines in (("checked", self.checked), ("not checked", left_out)):
            print("\n" + title)
            for line in lines or ["nothing" + (" was left out" if title != "checked" else "")]:
                print("  " + shown(line))
        kinds = {finding[0] for finding in self.findings}
        for kind, word, code in (
            ("fork", "fork", 2), ("author fault", "fault", 2), ("verification failed", "failed", 1),
            ("I/O error", "io-error", 74), ("defect", "defect", 2),
        ):
            if kind in kinds:
                return finish(word, code)
        return finish("partial", 3) if self.not_checked else finish("ok", 0)


def finish(word, code):
    print("\nRESULT %s %d" % (word, code))
    return code


def shown(text):
    """One printable line: names and contents are hostile."""
    return "".join(
        c if c.isprintable() and not "\ud800" <= c <= "\udfff" else
        "\\x%02x" % (ord(c) - 0xdc00) if "\udc80" <= c <= "\udcff" else "\\u{%x}" % ord(c)
        for c in text)


def open_safely(path, flags=0, follow=False):
    """A descriptor, without waiting, and following a link only where the auditor named it; None if there is nothing."""
    flags |= 0 if follow else os.O_NOFOLLOW
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY | flags)
    except (FileNotFoundError, NotADirectoryError) as error:
        if isinstance(error, NotADirectoryError) and flags & os.O_DIRECTORY:
            raise Bad("is no folder") from error
        return None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO, errno.ENODEV):
            raise Bad("is no folder" if flags & os.O_DIRECTORY else "is no regular file") from error
        raise


def contents(path, most=None, dense=False, follow=True):
    """The whole of a regular file, None if it is not there; of a dense one what is before its first hole."""
    descriptor = open_safely(path, follow=follow)
    if descriptor is None:
        return None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise Bad("is no regular file")
    with os.fdopen(descriptor, "rb", closefd=True) as file:
        size = status.st_size
        if size > (most or 1 << 49):
            raise Bad("is longer than it can be")
        if dense and size:
            try:
                size = min(size, os.lseek(descriptor, 0, os.SEEK_HOLE))
            except OSError:
                pass
            os.lseek(descriptor, 0, os.SEEK_SET)
        return file.read(size)


def is_file(path):
    """A regular file, and no link to one."""
    return os.path.lexists(path) and stat.S_ISREG(os.lstat(path).st_mode)


def folder_names(path):
    descriptor = open_safely(path, os.O_DIRECTORY)
    if descriptor is None:
        return None
    try:
        names = sorted(os.listdir(descriptor), key=os.fsencode)
    finally:
        os.close(descriptor)
    if len(names) > MAX_NAMES:
        raise Bad("holds more than there can be")
    return names


# One log: store.md, 4.

class Log:
    def __init__(self, folder, place, identity, acknowledged, cards, report, loose):
        self.folder, self.place, self.cards, self.report = folder, place, cards, report
        self.origin, self.raw_key = identity
        self.key = Ed25519Key(self.raw_key)
        self.id = sha256(b"liaison-log/v1\n", self.origin.encode(), b"\n", self.raw_key)
        self.acknowledged = acknowledged
        self.loose = loose  # no journal knows it, although there are journals
        self.opening = None  # what the genesis's card commits to
        self.found_cards = []  # (index, card, own signature good) of the genesis and keys entries
        self.waiting = []  # cosignatures of nodes of given cards by keys that no given card has
        self.follows = None  # (origin, size, SHA-256 of the key that opened it) of the genesis
        self.problems = []  # (index, what, "rule" or "defect" or "signature", own signature good)
        self.claims = []  # (size, root, file, place, offset, what)
        self.roots = {}
        # For what is concluded at the end: audit.md, 4.3.
        self.withdrawn, self.zeroed, self.last_expired = [], [], (0, 0)
        self.stored_bytes = self.gone_bytes = self.contradictions = 0
        self.highest_time = self.empty_frames = 0
        self.lacks_withdrawal = self.complete = False
        self.tails = []  # (file, bytes, what): bytes behind what was acknowledged
        self.ahead = []  # (size, what): what is over more entries than are here
        dense = ("entries", "hashes", "nodes", "bodies.index", "control")
        self.files = {
            name: report.read(os.path.join(folder, name), os.path.join(place, name), self.origin,
                              dense=name in dense)
            for name in dense + ("checkpoints", "cosignatures")
        }
        self.segments = {}
        bodies = os.path.join(folder, "bodies")
        for name in report.names(bodies, os.path.join(place, "bodies"), self.origin):
            if re.fullmatch("[0-9]{8}", name):
                data = report.read(os.path.join(bodies, name), os.path.join(place, "bodies", name), self.origin)
                self.segments[int(name)] = (data or b"")[:1 << 32]
            else:
                report.not_checked.append("%s/bodies/%s: not a file of a log" % (place, name))
        for name in report.names(folder, place, self.origin) if os.path.isdir(folder) else []:
            if name not in self.files and name not in ("identity", "bodies"):
                report.not_checked.append("%s/%s: not a file of a log" % (place, name))

    def failed(self, file, index, offset, what):
        self.report.failed(self.origin, os.path.join(self.place, file), index, offset, what)

    def verify(self):
        known = self.acknowledged
        self.journaled = known.entries if known else {}
        self.removed = known.removed if known else {}
        self.arrivals = known.arrivals if known else {}
        self.size = known.size if known else len(self.files["entries"] or b"") // LEAF
        if self.loose:
            self.size = min(len(self.files[name] or b"") // stride for name, stride in (
                ("entries", LEAF), ("hashes", 32), ("bodies.index", INDEX)))
        self.check_lengths(known)
        leaves = self.read_leaves()
        self.size = len(leaves)
        self.read_checkpoints(known)
        self.read_cosignatures(known)
        hashes = self.check_leaves(leaves)
        self.check_tree(hashes)
        self.check_control(leaves)
        counts = self.check_bodies(leaves)
        self.check_segments(known)
        if known and self.size == known.size and self.size:
            if (hashes[-1], sha256(leaves[-1][:HEADER])) != (known.leaf_hash, known.header_hash):
                self.failed("entries", self.size - 1, None, "is not the newest acknowledged entry")
        self.judge()
        if known and self.size == known.size:
            for what, here, acknowledged in (
                ("bytes of bodies", self.stored_bytes, known.body_bytes),
                ("bytes of removed bodies", self.gone_bytes, known.gone_bytes),
                ("checkpoints that contradict", self.contradictions, known.contradictions),
            ):
                if here != acknowledged:
                    self.report.not_checked.append("%s: %s: the journal says %d, the files have %d" % (
                        self.origin, what, acknowledged, here))
        self.complete = not self.loose and (known is None or self.size == known.size)
        if self.empty_frames:
            self.report.not_checked.append("%s: %d frames that were emptied" % (self.origin, self.empty_frames))
        self.report.checked.append("%s: %d entries, %d bodies" % (self.origin, self.size, counts[0]))
        for state, name in STATES.items():
            if counts[state]:
                self.report.not_checked.append(
                    "%s: %d bodies, which are %s" % (self.origin, counts[state], name))

    def check_lengths(self, known):
        """Files end at the head. What the journals hold may be missing at the end, also a part of a record."""
        counts = {"entries": LEAF, "hashes": 32, "bodies.index": INDEX}
        self.written = max(
            min(self.size, len(self.files[name] or b"") // stride) for name, stride in counts.items())
        self.required = min(self.written, self.size)
        if known:
            first = self.size
            while first - 1 in self.journaled:
                first -= 1
            self.required = min(self.required, first)
        expected = {name: (stride, self.required, self.size) for name, stride in counts.items()}
        expected["nodes"] = (32, self.nodes(self.required), self.nodes(self.size))
        expected["control"] = (16, 0, known.controls if known else None)
        for name, stride, count, journaled in (
            ("checkpoints", 320, known and known.checkpoints, known and known.checkpoint_frames),
            ("cosignatures", 192, known and known.cosignatures, known and known.cosignature_frames),
        ):
            required = count or 0
            while required and required - 1 in journaled:
                required -= 1
            expected[name] = (stride, required, count)
        for name, (stride, required, acknowledged) in expected.items():
            data = self.files[name]
            if data is None:
                if os.path.isdir(self.folder):
                    self.failed(name, None, None, "is missing")
            elif acknowledged is not None and len(data) > stride * acknowledged:
                self.tail(name, acknowledged, stride * acknowledged)
            elif len(data) // stride < required:
                self.failed(name, len(data) // stride, len(data), "ends too early")
            elif acknowledged is None and len(data) % stride and not self.loose:
                self.failed(name, len(data) // stride, len(data), "ends in the middle of a record")

    def tail(self, name, place, offset):
        """Bytes that nobody acknowledged: a store that was killed, or copied while it was at work, leaves them."""
        if self.acknowledged or self.loose:
            end = len(self.segments[int(name[len(BODIES):])] if name.startswith(BODIES) else self.files[name])
            self.tails.append((name, end, "%s from byte %d on: behind what was acknowledged" % (
                os.path.join(self.place, name), offset)))
        else:
            self.failed(name, place, offset, "goes on behind what was acknowledged")

    @staticmethod
    def nodes(entries):
        return 2 * (entries // 256) - bin(entries // 256).count("1")

    def read_leaves(self):
        data, leaves = self.files["entries"] or b"", []
        for index in range(self.size):
            leaf = data[LEAF * index:LEAF * index + LEAF]
            journaled = self.journaled.get(index)
            if len(leaf) < LEAF:
                if journaled is None:
                    self.failed("entries", index, LEAF * index,
                                "ends here; %d entries were acknowledged" % self.size)
                    break
                leaf = journaled[0]
            elif journaled and journaled[0] != leaf:
                self.failed("entries", index, LEAF * index, "is not the entry in the journal")
            leaves.append(leaf)
        return leaves

    def check_leaves(self, leaves):
        stored, hashes, previous = self.files["hashes"] or b"", [], bytes(32)
        for index, leaf in enumerate(leaves):
            good = self.key.verifies(leaf[HEADER:], leaf[:HEADER])
            kind, suite = leaf[64], leaf[65]

            def problem(what, sort):
                self.problems.append((index, what, sort, good))

            if not good:
                problem("has a signature that does not verify", "signature")
            if leaf[:16] != b"liaison-entry/v1":
                problem("does not begin with liaison-entry/v1", "rule")
            if leaf[16:48] != self.id:
                problem("carries the id of another log", "rule")
            if int.from_bytes(leaf[48:56], "big") != index:
                problem("carries another index", "rule")
            if leaf[88:120] != previous:
                problem("is not linked to the header before it", "rule")
            if int.from_bytes(leaf[68:72], "big") > MAX_BODY:
                problem("claims a body of more than 1 MiB", "rule")
            if (kind == GENESIS) != (index == 0):
                problem("is not where the genesis entry is", "rule")
            if suite in (0, 2) and leaf[72:88] != bytes(16):
                problem("has an audience tag though its body is no record", "defect")
            if kind in KIND_SUITES and kind != RECORD and leaf[66:68] != b"\0\0":
                problem("has an expiry though it is no record", "defect")
            if kind in KIND_SUITES and suite in KNOWN_SUITES and suite not in KIND_SUITES[kind]:
                problem("has a suite that its kind does not have", "defect")
            previous = sha256(leaf[:HEADER])
            hashes.append(sha256(b"\0", leaf))
            held = stored[32 * index:32 * index + 32]
            if len(held) == 32 and held != hashes[-1]:
                self.failed("hashes", index, 32 * index, "is not the hash of the entry's leaf")
        return hashes

    def check_tree(self, hashes):
        sizes, tree, blocks = {claim[0] for claim in self.claims}, Tree(), Tree()
        anchor = self.acknowledged.anchor if self.acknowledged else (0, b"")
        sizes.add(anchor[0])
        stored, place = self.files["nodes"] or b"", 0
        for index, leaf_hash in enumerate(hashes):
            tree.append(leaf_hash)
            if tree.size in sizes:
                self.roots[tree.size] = tree.root()
            if tree.size % 256:
                continue
            # What completes with this block: itself, then each subtree whose right half it ends.
            block = Tree()
            for one in hashes[tree.size - 256:tree.size]:
                block.append(one)
            node, bits, count = block.root(), blocks.size, 256
            while True:
                held = stored[32 * place:32 * place + 32]
                if len(held) == 32 and held != node:
                    self.failed("nodes", place, 32 * place, "is not the hash of entries %d to %d"
                                % (tree.size - count, index))
                place += 1
                if not bits & 1:
                    break
                node, bits, count = sha256(b"\1", blocks.peaks.pop(), node), bits >> 1, 2 * count
            blocks.peaks.append(node)
            blocks.size += 1
        self.root = tree.root()
        if self.roots.get(anchor[0], anchor[1]) != anchor[1]:
            self.failed("journal", None, None, "acknowledges another tree of %d entries" % anchor[0])

    def check_control(self, leaves):
        stored, place, required = self.files["control"] or b"", 0, 0
        for index, leaf in enumerate(leaves):
            if leaf[64] == RECORD:
                continue
            held = stored[16 * place:16 * place + 16]
            if len(held) == 16 and held != struct.pack(">QB7x", index, leaf[64]):
                self.failed("control", place, 16 * place, "does not list entry %d here" % index)
            place += 1
            required = place if index < self.required else required
        known = self.acknowledged
        if known.controls > place if known else len(stored) > 16 * place:
            self.failed("control", place, 16 * place, "lists more than the entries that are no records")
        elif len(stored) // 16 < required and self.files["control"] is not None:
            self.failed("control", len(stored) // 16, len(stored), "ends too early")

    def check_bodies(self, leaves):
        stored, counts = self.files["bodies.index"] or b"", [0] * 6
        self.pointed, self.lengths = {}, {}
        for index, leaf in enumerate(leaves):
            at = INDEX * index
            record = stored[at:at + INDEX]
            if len(record) < INDEX:
                self.check_journaled(leaf, index, counts)
                continue
            try:
                segment, offset, length, state, place = index_record(record)
            except Bad:
                self.failed("bodies.index", index, at, "is not a valid index record")
                continue
            has_place = (segment, offset, length) != (0, 0, 0)
            if state in (ABSENT, HIDDEN) and not has_place and index in self.arrivals:
                self.check_journaled(leaf, index, counts)
                continue
            if state != ABSENT and has_place or state == PRESENT:
                self.pointed[(segment, offset)] = index
                if length:
                    self.lengths[(segment, offset)] = (index, length)
            # Removed, and after a crash perhaps not yet in the index.
            written = state
            if index in self.removed and (state not in FINAL or self.removed[index][0] in FINAL):
                state, place = self.removed[index]
                if state == PRESENT and written == HIDDEN and not has_place:
                    state = ABSENT
            is_here = state == PRESENT or state == HIDDEN and has_place
            counts[state if state != HIDDEN or is_here else ABSENT] += 1
            self.stored_bytes += length if written == PRESENT or length else len(self.journaled_body(index) or b"")
            self.note_withdrawn(index, state, place)
            if state not in (PRESENT, ABSENT) and leaf[64] != RECORD:
                self.failed("bodies.index", index, at, "says deleted of what is kept for ever")
            if not is_here:
                if state not in FINAL and has_place:
                    self.failed("bodies.index", index, at, "points to a body that is not there")
                self.note_removal(leaf, index, state, (segment, offset, length))
                continue
            if length != int.from_bytes(leaf[68:72], "big"):
                self.failed("bodies.index", index, at, "says another length than the entry")
                continue
            name, data = "bodies/%08d" % segment, self.segments.get(segment)
            if index >= self.required and index in self.journaled and offset + 16 + length > len(data or b""):
                self.check_body(leaf, index, self.journaled_body(index), "journal", None)
                continue
            if data is None:
                self.failed(name, index, offset, "the segment is missing that holds the body")
                continue
            if offset + 16 + length > len(data):
                self.failed(name, index, offset, "ends before the end of the body")
                continue
            is_removable = state == HIDDEN or leaf[66:68] != bytes(2)
            if data[offset:offset + 16] != struct.pack(">IIQ", 0x4C424459, length, index):
                # A hole over several bodies takes their headers, too.
                if length and leaf[64] == RECORD and not any(data[offset:offset + 16 + length]):
                    self.zeroed.append((index, name, offset, is_removable))
                else:
                    self.failed(name, index, offset, "holds another body record here")
                continue
            self.check_body(leaf, index, data[offset + 16:offset + 16 + length], name, offset, is_removable)
        return counts

    def check_journaled(self, leaf, index, counts):
        """The body of an entry whose index record is not written yet: as the journals have it."""
        body = self.journaled_body(index)
        if index in self.arrivals:
            segment, offset, _ = self.arrivals[index]
            self.pointed[(segment, offset)] = index
        elif index not in self.journaled:
            return
        state, place = self.removed.get(index) or (PRESENT if index in self.arrivals else self.journaled[index][1], None)
        is_here = state == PRESENT or state == HIDDEN and body is not None
        counts[state if state != HIDDEN or is_here else ABSENT] += 1
        self.stored_bytes += len(body or b"")
        self.note_withdrawn(index, state, place)
        if state not in (PRESENT, ABSENT) and leaf[64] != RECORD:
            self.failed("bodies.index", index, INDEX * index, "says deleted of what is kept for ever")
        if is_here:
            self.check_body(leaf, index, body, "journal", None)
        else:
            self.note_removal(leaf, index, state, None)

    def note_withdrawn(self, index, state, place):
        """What is said to be withdrawn, and by what, if that is known."""
        if state in (PURGED, HIDDEN):
            self.withdrawn.append((index, place))

    def journaled_body(self, index):
        if index in self.arrivals:
            return self.arrivals[index][2]
        return self.journaled[index][2] if index in self.journaled else None

    def note_removal(self, leaf, index, state, record):
        """What a removed body's state says of others, and whether its bytes are gone: audit.md, 4.3."""
        day = int.from_bytes(leaf[66:68], "big")
        if state == EXPIRED:
            if day == 0:
                self.failed("bodies.index", index, INDEX * index, "says expired of what never expires")
            self.last_expired = max(self.last_expired, (day, -index))
        if leaf[64] == WITHDRAWAL:
            self.lacks_withdrawal = True
        if state not in FINAL or not record or not record[2]:
            return
        segment, offset, length = record
        self.gone_bytes += length
        data = self.segments.get(segment, b"")
        body = data[offset + 16:offset + 16 + length]
        if (index not in self.removed and len(body) == length and any(body)
                and data[offset:offset + 16] == struct.pack(">IIQ", 0x4C424459, length, index)
                and sha256(body) == leaf[120:152]):
            self.failed("bodies/%08d" % segment, index, offset, "holds a body that the index says was deleted")

    @staticmethod
    def is_erased(body, offset):
        """Zeros, or what was read before the body was removed and zeros from a page of the segment on: AUD-30."""
        held = len(body.rstrip(b"\0"))
        return bool(body) and (held == 0 or (offset + 16 + held + 4095) // 4096 * 4096 < offset + 16 + len(body))

    def check_body(self, leaf, index, body, name, offset, is_removable=False):
        if body is None:
            return
        if sha256(body) != leaf[120:152]:
            if offset is not None and leaf[64] == RECORD and self.is_erased(body, offset):
                # Removed while it was copied, perhaps: what else is here says so.
                self.zeroed.append((index, name, offset, is_removable))
                return
            self.failed(name, index, offset, "the body does not hash to what its entry says")
            return
        if leaf[64] not in (GENESIS, KEYS, WITHDRAWAL, RECEIPT, ANCHOR):
            return
        good = self.key.verifies(leaf[HEADER:], leaf[:HEADER])
        if leaf[64] in (ANCHOR, RECEIPT):
            try:
                (check_anchor if leaf[64] == ANCHOR else check_receipt)(body)
            except Bad as error:
                self.problems.append((index, "has a body that %s" % error, "defect", good))
        if leaf[64] == WITHDRAWAL:
            try:
                # Also of one whose signature does not verify: its leaf may have given way to this one.
                for origin, number in check_withdrawal(body, self.origin):
                    # Of its own log it means what stands before it.
                    if origin == self.origin and number < index:
                        self.report.named.setdefault(self.id, set()).add(number)
                        self.report.withdrawals.setdefault((self.id, index), set()).add((origin, number))
                    elif origin != self.origin:
                        self.report.named.setdefault(origin, set()).add(number)
                        self.report.withdrawals.setdefault((self.origin, index), set()).add((origin, number))
            except Bad as error:
                self.problems.append((index, "has a body that %s" % error, "defect", good))
        elif leaf[64] in (GENESIS, KEYS):
            try:
                card = public_body_card(leaf[64], body)
                if card.identity != (self.origin, self.raw_key):
                    raise Bad("is about another log")
                self.found_cards.append((index, card, good))
                if index == 0:
                    self.opening = card.opening
                    self.follows = opened_after(body)
                elif self.opening is not None and card.opening != self.opening:
                    raise Bad("names another opening key than the genesis")
            except Bad as error:
                self.problems.append((index, "has a body that %s" % error, "defect", good))

    def check_segments(self, known):
        last_segment = known.segment if known else MAX_SEGMENTS
        for number, expected in enumerate(sorted(self.segments)):
            if number != expected and expected <= last_segment:
                self.failed("bodies/%08d" % number, None, None, "is missing")
                break
        for number, data in sorted(self.segments.items()):
            name, at, last = "bodies/%08d" % number, 0, None
            end = len(data)
            if known and number >= known.segment:
                end = min(end, known.segment_end if number == known.segment else 0)
            if len(data) > end:
                self.tail(name, None, end)
            while at < end:
                if known and self.is_broken_off(known, number, data, at, end):
                    break
                if last is not None and data[at:at + 16] == bytes(16):
                    # Whether it may be gone is judged with its entry.
                    gone = self.lengths.get((number, at))
                    if gone is not None and gone[0] == last + 1:
                        last, at = gone[0], at + 16 + gone[1]
                        continue
                if at + 16 > end or data[at:at + 4] != b"LBDY":
                    if self.loose:
                        self.tail(name, None, at)
                        break
                    self.failed(name, None, at, "no body record begins here")
                    break
                length, index = struct.unpack(">IQ", data[at + 4:at + 16])
                if self.loose and (at + 16 + length > end or index >= self.size):
                    self.tail(name, None, at)
                    break
                if at + 16 + length > end:
                    self.failed(name, index, at, "ends in the middle of this body record")
                    break
                if index >= self.size:
                    self.failed(name, index, at, "belongs to an entry that is not there")
                elif INDEX * index + INDEX <= len(self.files["bodies.index"] or b""):
                    if self.pointed.get((number, at)) != index:
                        self.failed(name, index, at, "is a body record that the index does not point to")
                at, last = at + 16 + length, index

    def is_broken_off(self, known, number, data, at, end):
        """A daemon was stopped while it wrote this body record, which the journals hold."""
        if not (self.required < self.size and number >= known.segment and end < known.segment_end):
            return False
        if at + 16 > end:
            return True
        length, index = struct.unpack(">IQ", data[at + 4:at + 16])
        return at + 16 + length > end and self.required <= index < self.size

    def frames(self, name, stride, count, journaled):
        data = self.files[name] or b""
        in_file = len(data) // stride if count is None else min(count, len(data) // stride)
        rest = sorted(place for place in journaled if place >= in_file and (count is None or place < count))
        for place in list(range(in_file)) + rest:
            frame = data[stride * place:stride * place + stride]
            held = journaled.get(place)
            if len(frame) < stride:
                frame = held
            elif held is not None and held != frame:
                self.failed(name, place, stride * place, "is not the frame in the journal")
            if not frame:
                continue
            if not any(frame):  # zeros: a frame was there that was damaged
                self.empty_frames += 1
                continue
            if sha256(frame[:-16])[:16] != frame[-16:]:
                self.failed(name, place, stride * place, "has a wrong checksum")
                continue
            yield place, frame

    def parse_checkpoint(self, note):
        parsed = parse_note(note)
        lines = parsed[0].decode().split("\n")[:-1]
        if len(lines) != 3 or lines[0] != self.origin:
            raise Bad("is no checkpoint of this log")
        size, root = decimal(lines[1], 1, MAX_SIZE), b64(lines[2], 32)
        own_signature(parsed, self.origin, self.key)
        if len(parsed[1]) != 1:
            raise Bad("holds more than the log's signature")
        return size, root

    def read_checkpoints(self, known):
        last = 0
        for place, frame in self.frames(
            "checkpoints", 320, known.checkpoints if known else None,
            known.checkpoint_frames if known else {},
        ):
            offset = 320 * place
            length, flag, size = struct.unpack(">HB5xQ", frame[:16])
            if length > 288 or flag > 1 or any(frame[3:8]) or any(frame[16 + length:304]) or not 1 <= size <= MAX_SIZE:
                self.failed("checkpoints", place, offset, "is malformed")
                continue
            try:
                signed, root = self.parse_checkpoint(frame[16:16 + length])
            except Bad as error:
                self.failed("checkpoints", place, offset, str(error))
                continue
            if signed != size:
                self.failed("checkpoints", place, offset, "is filed under another size")
                continue
            self.contradictions += flag
            if not flag:
                if size <= last:
                    self.failed("checkpoints", place, offset, "is not larger than the one before")
                last = max(last, size)
            self.claims.append((size, root, "checkpoints", place, offset, "the checkpoint", flag))
        if known and known.pending:
            try:
                size, root = self.parse_checkpoint(known.pending)
                self.claims.append((size, root, "journal", None, None, "the pending checkpoint", 0))
            except Bad as error:
                self.failed("journal", None, None, "its pending checkpoint %s" % error)

    def read_cosignatures(self, known):
        missing = {}
        for place, frame in self.frames(
            "cosignatures", 192, known.cosignatures if known else None,
            known.cosignature_frames if known else {},
        ):
            offset = 192 * place
            length, identifier = frame[0], frame[4:8]
            seconds, size = struct.unpack(">QQ", frame[8:24])
            root, raw_name, signature = frame[24:56], frame[56:88], frame[88:152]
            name = raw_name[:length].decode("ascii", "replace")
            if (length > 32 or not 1 <= size <= MAX_SIZE or any(frame[1:4]) or any(raw_name[length:])
                    or any(frame[152:176]) or not re.fullmatch(r"(?!liaison-)[a-z0-9][a-z0-9.-]{0,31}", name)):
                self.failed("cosignatures", place, offset, "is malformed")
                continue
            what = "the cosignature of " + name
            self.highest_time = max(self.highest_time, seconds)
            self.claims.append((size, root, "cosignatures", place, offset, what, 0))
            keys = [card.keys["cosign"] for card in self.cards if card.name == name]
            key = next((key for key in keys if key_id(name, 4, key) == identifier), None)
            text = "cosignature/v1\ntime %d\n%s\n%d\n%s\n" % (
                seconds, self.origin, size, base64.b64encode(root).decode())
            if key is None and keys:
                self.waiting.append((name, identifier, text, signature, place, what))
            elif key is None:
                missing[name] = missing.get(name, 0) + 1
            elif not Ed25519Key(key).verifies(signature, text.encode()):
                self.failed("cosignatures", place, offset, what + " does not verify")
        for name, count in sorted(missing.items()):
            self.report.not_checked.append(
                "%s: %d cosignatures of %s (no card given)" % (self.origin, count, name))

    def judge_cosignatures(self, rotated):
        """By the keys that the makers' own logs brought into force: audit.md, AUD-20."""
        missing = {}
        for name, identifier, text, signature, place, what in self.waiting:
            key = next((key for key in rotated.get(name, []) if key_id(name, 4, key) == identifier), None)
            if key is None:
                missing[name] = missing.get(name, 0) + 1
            elif not Ed25519Key(key).verifies(signature, text.encode()):
                self.failed("cosignatures", place, 192 * place, what + " does not verify")
        for name, count in sorted(missing.items()):
            self.report.not_checked.append(
                "%s: %d cosignatures of %s (by a key that neither its card nor its log here has)" % (
                    self.origin, count, name))

    def keys_in_force(self, stands_below):
        """The cosigning key of each card that was ever in force: card.md, CARD-31 to 33."""
        if not self.found_cards or self.found_cards[0][0] != 0 or not self.found_cards[0][2]:
            return []
        card = self.found_cards[0][1]
        keys = [card.keys["cosign"]]
        for index, following, good in self.found_cards[1:]:
            if (good and index < stands_below and following.opening == card.opening
                    and 0 < following.serial - card.serial <= 65536):
                card = following
                keys.append(card.keys["cosign"])
        return keys

    def judge(self):
        """Says whose doing each problem is: log.md, 3 to 5."""
        signed = [claim for claim in self.claims if claim[2] != "cosignatures"]
        anchored = max([c[0] for c in signed if self.roots.get(c[0]) == c[1]], default=0)
        for size, root, file, place, offset, what, flag in self.claims:
            own = self.roots.get(size)
            if file == "journal":
                continue
            if own == root:
                if flag:
                    self.failed(file, place, offset, "is filed as contradicting the log, and agrees")
                continue
            others = [c for c in signed if c[0] == size and c[1] != root]
            # Two checkpoints of one size, or a larger one that the leaves here lead to: LOG-31.
            if file == "checkpoints" and (others or (own is not None and size < anchored)):
                self.report.add("fork", self.origin, os.path.join(self.place, file), place, offset,
                                "the log's key signed another tree of %d entries as well" % size)
            elif own is None and (self.loose or self.acknowledged and (
                    file == "cosignatures" or place in self.acknowledged.checkpoint_frames)):
                # It may come before the entries that it is over.
                self.ahead.append((size, "%s: %s is over %d entries, which are not all here" % (self.origin, what, size)))
            elif own is None:
                self.failed(file, place, offset, "%s is over %d entries, the log ends after %d"
                            % (what, size, self.size))
            else:
                self.failed(file, place, offset, "%s for size %d has another root" % (what, size))
        for index, what, sort, good in sorted(self.problems):
            kind = "verification failed"
            if index < anchored:
                kind = "author fault" if sort == "rule" else "defect"
            elif sort == "defect" and good:
                kind = "defect"
            self.report.add(kind, self.origin, os.path.join(self.place, "entries"), index,
                            LEAF * index, what)


# Folders.

def read_identity(raw):
    match = re.fullmatch(rb"liaison-identity/v1\norigin ([^\n]+)\nlog ([^\n]+)\n", raw)
    if not match:
        raise Bad("is malformed")
    origin = match[1].decode("utf-8", "replace")
    parse_origin(origin)
    return origin, b64(match[2].decode("utf-8", "replace"), 32)


def log_id(identity):
    return sha256(b"liaison-log/v1\n", identity[0].encode(), b"\n", identity[1])


def verify_log(folder, place, acknowledged, cards, report, loose):
    name, identity = os.path.basename(folder), None
    wanted = bytes.fromhex(name) if re.fullmatch("[0-9a-f]{64}", name) else None
    file = os.path.join(place, "identity")
    if place and os.path.lexists(folder) and (os.path.islink(folder) or not os.path.isdir(folder)):
        report.failed(name, place, None, None, "is no folder")
        return
    if not acknowledged and not os.path.lexists(folder):
        return
    journaled = acknowledged.identity if acknowledged else None
    findings = len(report.findings)
    raw = report.read(os.path.join(folder, "identity"), file, name, most=SMALL)
    if raw is None:
        if not journaled and len(report.findings) == findings:
            report.failed(name, file, None, None, "is missing")
    else:
        try:
            identity = read_identity(raw)
            if wanted and log_id(identity) != wanted:
                identity = None
                raise Bad("says a log whose id is not that of its folder")
            if journaled and journaled != identity:
                raise Bad("is not the identity in the journal")
        except Bad as error:
            report.failed(name, file, None, None, str(error))
    fitting = [card.identity for card in cards if log_id(card.identity) == wanted]
    identity = identity or journaled or (fitting[0] if fitting else None)
    if identity is None:
        report.not_checked.append("%s: nothing of it, its identity is not known" % name)
        return
    same = [card for card in cards if card.origin == identity[0]]
    if not same:
        report.not_checked.append("%s: identity not checked (no card given)" % identity[0])
    elif identity not in [card.identity for card in same] and any(
            holds_card(report.data, identity) and holds_card(report.data, card.identity) for card in same):
        report.not_checked.append("%s: whose the log %s is: its key is not that of the card given; cards of both are held" % (
            identity[0], log_id(identity).hex()))
    elif identity not in [card.identity for card in same]:
        report.failed(identity[0], file, None, None, "has another log key than the card given for it")
    log = Log(folder, place, identity, acknowledged, cards, report, loose)
    log.verify()
    report.logs.append(log)


def holds_card(data, identity):
    """Whether the node took a card of that log: card.md, CARD-46."""
    try:
        raw = data and contents(os.path.join(data, "cards", log_id(identity).hex() + ".card"), 2304, follow=False)
        return bool(raw) and Card(card_file(raw)).identity == identity
    except (Bad, OSError):
        return False


def verify_folder(root, cards, report):
    names = folder_names(root) or []
    by_origin = {}
    for card in cards:
        if by_origin.setdefault(card.origin, card.identity) != card.identity:
            report.not_checked.append("%s: which log it is: two cards with different log keys were given" % card.origin)
    if not {"format", "logs", "journal.0", "journal.1"} & set(names):
        if "identity" not in names and "entries" not in names:
            return False
        data = os.path.join(root, "..", "..")
        inside = is_file(os.path.join(data, "format"))
        report.data = data if inside else None
        if inside and not re.fullmatch("[0-9a-f]{64}", os.path.basename(root)):
            report.not_checked.append("what was acknowledged (the folder has not the name of its log)")
            inside = False
        inside = inside and ("journal.0" in os.listdir(data) or "journal.1" in os.listdir(data))
        journals = data if inside else None
        logs = Journals(data, report).logs if inside else {}
        known = logs.get(bytes.fromhex(os.path.basename(root))) if inside else None
        if inside and known is None:
            report.not_checked.append("a log that no journal knows")
        verify_log(root, "", known, cards, report, bool(inside) and known is None)
        leave_out_new(report, journals)
        conclude(report, cards, False)
        return True
    report.data = root
    form = report.read(os.path.join(root, "format"), "format", most=SMALL)
    has_journals = "journal.0" in names or "journal.1" in names
    if form is not None and form != b"liaison-store/v1\n":
        report.failed(None, "format", None, None, "is not that of a store this program knows")
    elif "format" not in names and has_journals:
        report.failed(None, "format", None, None, "is missing: without it there is no store")
    folder = os.path.join(root, "logs")
    present = report.names(folder, "logs")
    journals = None
    if has_journals:
        journals = Journals(root, report).logs
    else:
        if form is not None:
            report.failed(None, "journal.0", None, None, "is missing, as is journal.1")
        report.not_checked.append("what was acknowledged (there is no journal)")
    for name in [name for name in present if not re.fullmatch("[0-9a-f]{64}", name)]:
        report.not_checked.append("logs/%s: not a log's folder" % name)
        present.remove(name)
    every = sorted(set(present) | {log.hex() for log in journals or {}})
    for name in every:
        known = (journals or {}).get(bytes.fromhex(name))
        loose = journals is not None and known is None
        if loose:
            report.not_checked.append("logs/%s: a log that no journal knows" % name)
        verify_log(os.path.join(folder, name), "logs/" + name, known, cards, report, loose)
    if not every:
        report.not_checked.append("there is no log here")
    read_inventory(root, names, report)
    for card in cards:
        if card.identity not in [(log.origin, log.raw_key) for log in report.logs]:
            report.not_checked.append("%s: a card was given, but no log of it is here" % card.origin)
    leave_out_new(report, root if has_journals else None)
    conclude(report, cards, has_journals)
    return True


# The rest of a data folder: audit.md, 3 and 6.

UNREAD = ("lock", "control.socket", "reader.socket", "anchor.socket", "readability", "ids", "verified", "taken", "running", "readers", "keyuse", "secrets", "next")


def is_draft(name):
    """What a crash left of a file that was being written."""
    return name.startswith(".") and name.endswith(".new")


def without_drafts(folder, names, report):
    report.not_read += [folder + name for name in names if is_draft(name)]
    return [name for name in names if not is_draft(name)]


def read_inventory(root, names, report):
    for name in sorted(without_drafts("", names, report), key=os.fsencode):
        path = os.path.join(root, name)
        if name == "node.card":
            card = read_card(path, name, report)
            if card and card.identity not in [(log.origin, log.raw_key) for log in report.logs]:
                report.not_checked.append("node.card: the log of %s, which is not here" % card.origin)
        elif name == "peers":
            for file in without_drafts(name + "/", report.names(path, name), report):
                if file.endswith(".card"):
                    card = read_card(os.path.join(path, file), "peers/" + file, report)
                    if card and card.name + ".card" != file:
                        report.failed(None, "peers/" + file, None, None, "is the card of another name")
                elif file.endswith(".compared"):
                    card = read_card(os.path.join(path, file), "peers/" + file, report)
                    if card and card.name + ".compared" != file:
                        report.failed(None, "peers/" + file, None, None, "is the card of another name")
                elif file.endswith((".conf", ".psk", ".removed")):
                    report.not_read.append("peers/" + file)
                else:
                    report.not_checked.append("peers/%s: not a file of a node" % file)
        elif name == "cards":
            for file in without_drafts(name + "/", report.names(path, name), report):
                card = read_card(os.path.join(path, file), "cards/" + file, report)
                if card and log_id(card.identity).hex() + ".card" != file:
                    report.failed(None, "cards/" + file, None, None, "is the card of another log")
        elif name == "faults":
            for file in without_drafts(name + "/", report.names(path, name), report):
                read_evidence(os.path.join(path, file), file, report)
        elif name == "closed":
            raw = report.read(path, name, most=SMALL)
            match = raw and re.fullmatch(rb"liaison-closed/v1\norigin ([^\n]+)\nreason [^\n]*\n", raw)
            try:
                if raw is not None:
                    parse_origin((match[1] if match else b"").decode("utf-8"))
                    raw.decode("utf-8")
            except (Bad, UnicodeDecodeError):
                report.failed(None, name, None, None, "says that a log was closed, and not which")
        elif name == "reserve":
            try:
                descriptor = open_safely(path)
                if descriptor is not None:
                    regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
                    os.close(descriptor)
                    if not regular:
                        raise Bad("is no regular file")
            except Bad as error:
                report.failed(None, name, None, None, str(error))
            report.not_read.append(name)
        elif name in UNREAD:
            report.not_read.append(name)
        elif name not in ("format", "journal.0", "journal.1", "logs"):
            report.not_checked.append("%s: not a file of a node" % name)


def read_card(path, name, report):
    raw = report.read(path, name, most=2304)
    try:
        return None if raw is None else Card(card_file(raw))
    except Bad as error:
        report.failed(None, name, None, None, "is no valid card: it %s" % error)
    return None


def read_evidence(path, file, report):
    name = "faults/" + file
    if file.endswith((".opening", ".cards")):
        report.not_checked.append(name + ": evidence about the next epoch, not about this one")
        return
    raw = report.read(path, name, most=MAX_PROOF)
    if raw is None:
        return
    import verify_fork  # It takes its own pieces from here.
    try:
        proof = verify_fork.Evidence(raw)
    except verify_fork.Bad as error:
        report.failed(None, name, None, None, "proves nothing: it %s" % error)
        return
    if file != "%s-%d.%s" % (proof.log_id.hex(), proof.index, proof.word):
        report.failed(None, name, None, None, "is evidence of another log, index or kind than its name says")
        return
    report.add("author fault" if proof.word == "fault" else proof.word, proof.origin, name, None, None, proof.what)
    if proof.word != "defect":
        report.frozen[proof.log_id] = min(proof.index, report.frozen.get(proof.log_id, proof.index))


def leave_out_new(report, journals):
    """What a daemon wrote while the files were read lies behind the head that was read first, and under a later one: it is no
    part of what is audited. The rest is not checked: audit.md, 7."""
    def not_covered(heads):
        for log in report.logs:
            head = heads.get(log.id) or Acknowledged()
            yield from (what for file, end, what in log.tails if end > head.bytes_of(file))
            yield from (what for size, what in log.ahead if size > head.size)

    left = list(not_covered({}))
    for _ in range(LOOKS if journals else 0):
        if not left:
            break
        left = list(not_covered(Journals(journals, Report()).logs))
        if left:
            # It may have written to a file, and its head not yet to the journal.
            time.sleep(LOOK_SECONDS)
    report.not_checked += left


def rotated_keys(report, cards):
    """For each node of a given card the cosigning keys by its own log here."""
    keys = {}
    for log in report.logs:
        if not any(card.identity == (log.origin, log.raw_key) for card in cards):
            continue
        ends = [other.follows[1] for other in report.logs if other.follows and other.found_cards[0][2]
                and (other.follows[0], other.follows[2]) == (log.origin, log.opening)]
        frozen = [index for index in (
            report.frozen.get(log.id), log.acknowledged and log.acknowledged.frozen) if index is not None]
        stands_below = ends[0] if len(ends) == 1 else min(frozen, default=MAX_SIZE + 1)
        keys.setdefault(log.origin.rpartition("/")[0], []).extend(log.keys_in_force(stands_below))
    return keys


def conclude(report, cards, is_whole_folder):
    """What follows when all logs were read: audit.md, 4.3 and 4.4."""
    logs = report.logs
    rotated = rotated_keys(report, cards)
    for log in logs:
        log.judge_cosignatures(rotated)
    for log in logs:
        frozen = log.acknowledged.frozen if log.acknowledged else None
        if frozen is not None and report.frozen.get(log.id, MAX_SIZE) > frozen:
            report.not_checked.append("%s: why it is frozen at %d (no evidence is here)" % (log.origin, frozen))
    whole = is_whole_folder and all(log.complete and not log.lacks_withdrawal and not log.tails for log in logs)
    times = whole and all(log.empty_frames == 0 for log in logs)
    highest = max((log.highest_time for log in logs), default=0)
    for log in logs:
        # Two logs of one origin have different keys, and neither withdraws for the other.
        named = report.named.get(log.origin, set()) | report.named.get(log.id, set())
        unknown = 0
        for index, place in log.withdrawn:
            by = "%s/%d" % (log.origin.rpartition("/")[0], place[0]) if place else None
            key = log.id if by == log.origin else by
            if (log.origin, index) in report.withdrawals.get((key, place[1]), ()) if place else index in named:
                continue
            # A copy that was made while the store was at work may say of a body what came after the entries that it has.
            is_here = place is None or any(
                key in (other.origin, other.id) and place[1] < other.size for other in logs)
            if whole and is_here:
                log.failed("bodies.index", index, INDEX * index, "says withdrawn, and no withdrawal there names it")
            else:
                unknown += 1
        if unknown:
            report.not_checked.append("%s: %d withdrawn bodies, whose withdrawals are not here" % (log.origin, unknown))
        for index, name, offset, is_removable in log.zeroed:
            if is_removable or index in named:
                report.not_checked.append("%s: the body of entry %d, removed while it was copied" % (log.origin, index))
            else:
                log.failed(name, index, offset, "the body does not hash to what its entry says")
        day, index = log.last_expired[0], -log.last_expired[1]
        if day and day * 86400 > highest + 86400:
            if times:
                log.failed("bodies.index", index, INDEX * index, "says expired, before any cosignature says it was due")
            else:
                report.not_checked.append("%s: whether the day had begun on which bodies expired" % log.origin)


def journals_of(root):
    """What both journals hold now; a log's folder has those of its data folder."""
    inside = os.path.join(root, "..", "..")
    folder = inside if is_file(os.path.join(inside, "format")) else root
    try:
        return [contents(os.path.join(folder, "journal.%d" % number), MAX_JOURNAL, follow=False) for number in (0, 1)]
    except Bad:
        return None


def verify_still_folder(root, cards):
    """The files are read one after the other: what is found while a daemon goes on writing may be its work alone, and is looked
    for again. Damage is found again, too.
    Returns the report; None if this is no log."""
    for _ in range(LOOKS):
        before, report = journals_of(root), Report()
        if not verify_folder(root, cards, report):
            return None
        if not report.findings or journals_of(root) == before:
            break
    return report


def check_vectors(path):
    """The rule of ENT-17 on published edge cases, each flagged with what is odd about it."""
    with open(path) as file:
        vectors = json.load(file)
    odd = {"low_order_R", "low_order_A", "non_canonical_A", "non_canonical_R", "low_order_residue"}
    wrong = 0
    for vector in vectors:
        key = Ed25519Key(bytes.fromhex(vector["key"]))
        accepted = key.verifies(bytes.fromhex(vector["sig"]), vector["msg"].encode())
        if accepted != (not odd & set(vector["flags"] or [])):
            wrong += 1
            print("vector %d: %s, flags %s" % (vector["number"], accepted, vector["flags"]))
    print("%d vectors, %d wrong" % (len(vectors), wrong))
    return finish("ok", 0) if not wrong else finish("failed", 1)


def check_store_vectors(path):
    """Protocols/vectors/store.json: heads, records, frames, and a small store."""
    with open(path) as file:
        vectors = json.load(file)["formats"]
    wrong = []
    head, read = vectors["head"], Acknowledged()
    raw = Reader(bytes.fromhex(head["bytes"]))
    raw.take(32)
    read.read_head(raw)
    fields = (read.size, read.body_bytes, read.gone_bytes, read.controls, read.checkpoints, read.contradictions,
              read.cosignatures, read.segment, read.segment_end, read.frozen)
    names = ("size", "bodyBytes", "purgedBytes", "controls", "checkpoints", "contradictions", "cosignatures",
             "segment", "segmentOffset", "frozenAt")
    if not raw.ended or fields != tuple(head[name] for name in names):
        wrong.append("head")
    for vector in vectors["records"]:
        journals = Journals.__new__(Journals)
        journals.logs = {}
        try:
            journals.replay(Reader(bytes.fromhex(vector["bytes"])))
            result = "record"
        except Bad:
            result = "failure"
        if result != vector["result"]:
            wrong.append(vector["name"])
    for vector in vectors["index"]:
        try:
            index_record(bytes.fromhex(vector["bytes"]))
            result = "record"
        except Bad:
            result = "failure"
        if result != vector["result"]:
            wrong.append("index: " + vector["name"])
    for name, frame in vectors["frames"].items():
        raw = bytes.fromhex(frame)
        if len(raw) != (192 if name == "cosignature" else 320) or sha256(raw[:-16])[:16] != raw[-16:]:
            wrong.append(name)
    sample = vectors["sample"]
    with tempfile.TemporaryDirectory() as folder:
        for entry in sample["files"]:
            file = os.path.join(folder, entry["path"])
            os.makedirs(os.path.dirname(file), exist_ok=True)
            data = bytearray(entry["length"])
            for part in entry["parts"]:
                piece = bytes.fromhex(part["bytes"])
                data[part["offset"]:part["offset"] + len(piece)] = piece
            with open(file, "wb") as out:
                out.write(data)
        report = Report()
        verify_folder(folder, [], report)
        log = report.logs[0]
        if ({finding[0] for finding in report.findings} != {sample["result"]} or log.origin != sample["origin"] or log.size != sample["size"]
                or log.root != b64(sample["root"], 32)):
            wrong.append("sample: %s" % report.findings)
    for name in wrong:
        print("wrong: " + name)
    print("%d records, %d wrong" % (len(vectors["records"]) + len(vectors["index"]), len(wrong)))
    return finish("ok", 0) if not wrong else finish("failed", 1)


class Arguments(argparse.ArgumentParser):
    def error(self, message):
        print("verify_log.py: " + message, file=sys.stderr)
        sys.exit(finish("usage", 64))


def main():
    parser = Arguments(description="verifies Liaison logs")
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--key", action="append", default=[], metavar="FILE.card")
    parser.add_argument("--ed25519", metavar="VECTORS.json")
    parser.add_argument("--store-vectors", metavar="STORE.json")
    options = parser.parse_args()
    try:
        if options.store_vectors:
            return check_store_vectors(options.store_vectors)
        if options.ed25519:
            return check_vectors(options.ed25519)
        if not options.folder:
            parser.error("a folder is missing")
        # What it is called decides which journals count: "." and a link are the folder that they lead to.
        root = os.path.realpath(options.folder)
        if not os.path.isdir(root):
            print("verify_log.py: %s is not there" % options.folder, file=sys.stderr)
            return finish("no-input", 66)
        cards = []
        for path in options.key:
            try:
                raw = contents(path)
                if raw is None:
                    raise Bad("is not there")
                cards.append(Card(card_file(raw)))
            except Bad as error:
                print("verify_log.py: %s %s" % (path, error), file=sys.stderr)
                return finish("no-input", 66)
        report = verify_still_folder(root, cards)
        if report is None:
            print("verify_log.py: %s is no log" % options.folder, file=sys.stderr)
            return finish("no-input", 66)
        return report.finish()
    except (OSError, MemoryError, Bad) as error:
        print("verify_log.py: " + shown(str(error)), file=sys.stderr)
        return finish("io-error", 74)


if __name__ == "__main__":
    sys.exit(main())
