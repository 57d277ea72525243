#!/usr/bin/python3
"""Edge points of ENT-17 (Protocols/entry.md, 4): makes Protocols/vectors/signatures.json, and checks it with verify_log.py.

    signature_vectors.py                 both verifiers' rule on every case of the file
    signature_vectors.py --write         writes it anew: the cases are the same in every run

Plain integers, no library: what a case must give follows from how it was made.
"""

import hashlib
import json
import os
import sys

from verify_log import D, ORDER, P, Ed25519Key, SMALL_ORDER, decode_point

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Protocols", "vectors", "signatures.json")
BASE = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
MESSAGE = b"a header of 152 bytes, or a note"


def add(a, b):
    t = D * a[0] * b[0] * a[1] * b[1] % P
    return ((a[0] * b[1] + b[0] * a[1]) * pow(1 + t, P - 2, P) % P,
            (a[1] * b[1] + a[0] * b[0]) * pow(1 - t, P - 2, P) % P)


def times(k, point):
    result = (0, 1)
    while k:
        if k & 1:
            result = add(result, point)
        point, k = add(point, point), k >> 1
    return result


def encode(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def hashed(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % ORDER


def scalar(number):
    return number.to_bytes(32, "little")


def cases():
    found = []

    def case(name, rule, key, signature, accepted, message=MESSAGE):
        found.append({"name": name, "rule": rule, "key": key.hex(), "message": message.hex(),
                      "signature": signature.hex(), "accepted": accepted})

    secret, nonce = hashed(b"edge secret"), hashed(b"edge nonce")
    key = encode(times(secret, BASE))
    point = encode(times(nonce, BASE))
    s = (nonce + hashed(point, key, MESSAGE) * secret) % ORDER
    case("an ordinary signature", "ENT-17", key, point + scalar(s), True)
    case("S + L", "ENT-17: S < L", key, point + scalar(s + ORDER), False)
    case("another message", "ENT-17: the equation", key, point + scalar(s), False, MESSAGE + b".")
    small = sorted(SMALL_ORDER)
    for number, torsion in enumerate(small):
        # R alone of small order: S is made so that the equation holds where R is the neutral element.
        s = hashed(torsion, key, MESSAGE) * secret % ORDER
        case("R is small point %d" % number, "ENT-17: R not of small order", key, torsion + scalar(s), False)
        case("A is small point %d" % number, "ENT-17: A not of small order", torsion, encode((0, 1)) + bytes(32), False)
    # y + p, where that still fits 255 bits: the same point in another encoding.
    for y in (0, 1, 3, 18):
        other = (y + P).to_bytes(32, "little")
        case("A with y = p + %d" % y, "ENT-17: A canonical", other, point + scalar(s), False)
        case("R with y = p + %d" % y, "ENT-17: R canonical", key, other + scalar(s), False)
    case("A is 1 with the sign of x set", "ENT-17: A canonical", bytes([1] + [0] * 30 + [128]), encode((0, 1)) + bytes(32), False)
    case("A is no point", "ENT-17: A canonical", (2).to_bytes(32, "little"), point + scalar(s), False)
    # A of mixed order: the equation without the cofactor decides, and depends on k.
    eighth = next(p for p in map(decode_point, small) if times(4, p) != (0, 1))
    mixed = encode(add(times(secret, BASE), eighth))
    wanted = {True: None, False: None}
    for number in range(64):
        point = encode(times(nonce + number, BASE))
        k = hashed(point, mixed, MESSAGE)
        wanted[k % 8 == 0] = wanted[k % 8 == 0] or (point, (nonce + number + k * secret) % ORDER)
    for accepted, (point, s) in sorted(wanted.items()):
        case("A of mixed order, k %s a multiple of 8" % ("is" if accepted else "is not"),
             "ENT-17: without the cofactor", mixed, point + scalar(s), accepted)
    return found


def main():
    if "--write" in sys.argv:
        with open(FILE, "w") as file:
            json.dump({"signatures": cases()}, file, indent=2, sort_keys=True)
            file.write("\n")
    with open(FILE) as file:
        vectors = json.load(file)["signatures"]
    wrong = [v["name"] for v in vectors if Ed25519Key(bytes.fromhex(v["key"])).verifies(
        bytes.fromhex(v["signature"]), bytes.fromhex(v["message"])) != v["accepted"]]
    for name in wrong:
        print("wrong: " + name)
    print("%d signatures, %d wrong" % (len(vectors), len(wrong)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
