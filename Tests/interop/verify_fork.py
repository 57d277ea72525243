#!/usr/bin/python3
"""Verifies one piece of evidence against a log key: a second opinion beside `liaison-audit check-fork`.

Written from Protocols/log.md, 2, 5 and 6; notes, keys and cards are verify_log.py's. It needs no node and no network.

    verify_fork.py FILE [--key FILE.card]...     a .fork, .fault or .defect of faults/, or its Base64
    verify_fork.py --vectors Protocols/vectors/log.json

Exit: 2 it is proven and the key is a card's, 3 proven and no card says whose key it is, 1 nothing is proven, 64, 66, 74.
"""

import argparse
import base64
import json
import sys

from verify_log import (
    HEADER, LEAF, MAX_BODY, MAX_SIZE, Bad, Card, Ed25519Key, Reader, b64, contents, decimal, finish, own_signature,
    parse_note, parse_origin, sha256)

DOMAIN = b"liaison-entry/v1"
RULES = {1: "domain", 2: "log id", 3: "index", 4: "previous", 5: "body length", 6: "genesis"}


def node(left, right):
    return sha256(b"\1", left, right)


def path_leads(leaf_hash, index, size, path, root):
    """LOG-2."""
    if index >= size:
        return False
    number, last, result = index, size - 1, leaf_hash
    for sibling in path:
        if last == 0:
            return False
        if number & 1 or number == last:
            result = node(sibling, result)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            result = node(result, sibling)
        number, last = number >> 1, last >> 1
    return last == 0 and result == root


def is_consistent(older, older_root, newer, newer_root, proof):
    """LOG-3."""
    if older == 0 or older > newer:
        return False
    if older == newer:
        return not proof and older_root == newer_root
    number, last, rest = older - 1, newer - 1, list(proof)
    while number & 1:
        number, last = number >> 1, last >> 1
    if number == 0:
        first = second = older_root
    elif not rest:
        return False
    else:
        first = second = rest.pop(0)
    for sibling in rest:
        if last == 0:
            return False
        if number & 1 or number == last:
            first, second = node(sibling, first), node(sibling, second)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            second = node(second, sibling)
        number, last = number >> 1, last >> 1
    return last == 0 and first == older_root and second == newer_root


class Evidence:
    """Reads and verifies; raises Bad for whatever proves nothing."""

    def __init__(self, raw):
        if len(raw) > 6144:
            raise Bad("is longer than any evidence")
        for word in ("fork", "fault", "defect"):
            magic = b"liaison-%s/v1\n" % word.encode()
            if raw.startswith(magic):
                break
        else:
            raise Bad("is no evidence")
        self.word, self.reader = word, Reader(raw[len(magic):])
        self.origin = self.reader.take(self.reader.number(1)).decode("ascii", "replace")
        parse_origin(self.origin)
        self.key = Ed25519Key(self.reader.take(32))
        self.log_id = sha256(b"liaison-log/v1\n", self.origin.encode(), b"\n", self.key.raw)
        self.index, self.what = getattr(self, word)()
        if not self.reader.ended:
            raise Bad("goes on behind its end")

    # The parts: log.md, 6.

    def hashes(self, limit):
        count = self.reader.number(1)
        if count > limit:
            raise Bad("holds too many hashes")
        return [self.reader.take(32) for _ in range(count)]

    def checkpoint(self):
        length = self.reader.number(2)
        if length > 256:
            raise Bad("holds a checkpoint that is too long")
        note = parse_note(self.reader.take(length))
        lines = note[0].decode().split("\n")[:-1]
        if len(lines) != 3 or lines[0] != self.origin or len(note[1]) != 1:
            raise Bad("holds no checkpoint of this log with its signature alone")
        own_signature(note, self.origin, self.key)
        return decimal(lines[1], 1, MAX_SIZE), b64(lines[2], 32)

    def included(self):
        leaf, position = self.reader.take(LEAF), self.reader.number(8)
        path = self.hashes(63)
        size, root = self.checkpoint()
        if not path_leads(sha256(b"\0", leaf), position, size, path, root):
            raise Bad("holds a path that does not lead to its checkpoint")
        return leaf, position, "under its checkpoint of %d entries" % size

    def is_signed(self, leaf):
        return self.key.verifies(leaf[HEADER:], leaf[:HEADER])

    def is_of_log(self, leaf):
        return leaf[:16] == DOMAIN and leaf[16:48] == self.log_id

    def exhibit(self):
        kind = self.reader.number(1)
        if kind == 2:
            return self.included()
        if kind != 1:
            raise Bad("holds an exhibit of an unknown kind")
        leaf = self.reader.take(LEAF)
        if not self.is_of_log(leaf) or not self.is_signed(leaf):
            raise Bad("holds an entry that the key did not sign")
        return leaf, int.from_bytes(leaf[48:56], "big"), "by its own signature"

    # What they prove: log.md, 5.

    def fork(self):
        form = self.reader.number(1)
        if form == 1:
            (one, index, how), (other, second, also) = self.exhibit(), self.exhibit()
            for leaf in (one, other):
                if not self.is_of_log(leaf) or int.from_bytes(leaf[48:56], "big") != index:
                    raise Bad("holds an entry of another log or index")
            if index != second or one[:HEADER] == other[:HEADER]:
                raise Bad("holds two entries that do not contradict each other")
            return index, "two entries %d, one %s, one %s" % (index, how, also)
        if form == 2:
            (size, root), (second, other) = self.checkpoint(), self.checkpoint()
            if size != second or root == other:
                raise Bad("holds two checkpoints that do not contradict each other")
            return size, "two checkpoints of %d entries with different roots" % size
        if form != 3:
            raise Bad("has an unknown form")
        (size, root), (newer, newer_root) = self.checkpoint(), self.checkpoint()
        prefix, proof = self.reader.take(32), self.hashes(64)
        if size >= newer or prefix == root:
            raise Bad("holds two checkpoints that do not contradict each other")
        if not is_consistent(size, prefix, newer, newer_root, proof):
            raise Bad("holds a consistency proof that does not hold")
        return size, "a checkpoint of %d entries is no prefix of the one of %d" % (size, newer)

    def fault(self):
        rule = self.reader.number(1)
        if rule not in RULES:
            raise Bad("names an unknown rule")
        leaf, position, _ = self.included()
        previous = bytes(32)
        if rule == 4 and position > 0:
            before, index, _ = self.exhibit()
            if index != position - 1:
                raise Bad("shows another predecessor")
            previous = sha256(before[:HEADER])
        is_broken = {
            1: leaf[:16] != DOMAIN, 2: leaf[16:48] != self.log_id,
            3: int.from_bytes(leaf[48:56], "big") != position, 4: leaf[88:120] != previous,
            5: int.from_bytes(leaf[68:72], "big") > MAX_BODY, 6: (leaf[64] == 1) != (position == 0),
        }
        if not is_broken[rule]:
            raise Bad("shows an entry that keeps the rule")
        return position, "entry %d, under a checkpoint, breaks the rule of its %s" % (position, RULES[rule])

    def defect(self):
        leaf, position, _ = self.included()
        if self.is_signed(leaf):
            raise Bad("shows an entry whose signature verifies")
        return position, "entry %d, under a checkpoint, has a signature that does not verify" % position


def check_vectors(path):
    with open(path) as file:
        vectors = json.load(file)["evidence"]
    wrong = 0
    for vector in vectors:
        try:
            evidence = Evidence(bytes.fromhex(vector["bytes"]))
            found = evidence.word, None if evidence.word == "defect" else evidence.index
        except Bad:
            found = "failure", None
        if found != (vector["result"], vector.get("frozenAt")):
            wrong += 1
            print("%s: %s" % (vector["name"], found))
    print("%d pieces of evidence, %d wrong" % (len(vectors), wrong))
    return finish("ok", 0) if not wrong else finish("failed", 1)


def main():
    parser = argparse.ArgumentParser(description="verifies evidence against a log key")
    parser.add_argument("file", nargs="?")
    parser.add_argument("--key", action="append", default=[], metavar="FILE.card")
    parser.add_argument("--vectors", metavar="LOG.json")
    options = parser.parse_args()
    if options.vectors:
        return check_vectors(options.vectors)
    if not options.file:
        print("verify_fork.py: a file is missing", file=sys.stderr)
        return finish("usage", 64)
    try:
        raws = [contents(path) for path in [options.file] + options.key]
    except OSError as error:
        print("verify_fork.py: %s" % error, file=sys.stderr)
        return finish("io-error", 74)
    if None in raws:
        print("verify_fork.py: a file is not there", file=sys.stderr)
        return finish("no-input", 66)
    raw = raws[0]
    try:
        raw = base64.b64decode(b"".join(raw.split()), validate=True)
    except ValueError:
        pass  # The bytes themselves.
    try:
        cards = [Card(card) for card in raws[1:]]
    except Bad as error:
        print("verify_fork.py: a card %s" % error, file=sys.stderr)
        return finish("no-input", 66)
    try:
        evidence = Evidence(raw)
    except Bad as error:
        print("%s %s" % (options.file, error))
        return finish("failed", 1)
    print("%s of %s: %s" % (evidence.word, evidence.origin, evidence.what))
    print("log key %s" % base64.b64encode(evidence.key.raw).decode())
    if (evidence.origin, evidence.key.raw) in [card.identity for card in cards]:
        return finish(evidence.word, 2)
    print("no card given has this key: whose it is was not checked")
    return finish("partial", 3)


if __name__ == "__main__":
    sys.exit(main())
