#!/usr/bin/python3
"""Damages copies of good data folders and looks what liaison-audit, the second verifier and liaison fsck say of them.

    audit_campaign.py --bin FOLDER [--seed N] [--runs N | --seconds N] [--agree] [--keep FOLDER]

Each run is drawn from its own seed, which a finding names: --seed N --runs 1 does it again. A finding is a program that ends by a
signal, does not end, prints no RESULT line or two, prints what a terminal obeys, or says ok of a folder that was damaged where it is
read; with --agree, also two verifiers that say different words. Bases are the fixtures of Tests/Fixtures. Exit: 0 without findings, else 1.
"""

import argparse
import contextlib
import hashlib
import io
import os
import random
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import time
import traceback

from cryptography.hazmat.primitives.poly1305 import Poly1305

import verify_log

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(HERE, "..", "Fixtures", "store-v1")
SECONDS = 120
# What nobody reads, or what may be anything behind the last commit.
FREE = ("reserve", "lock", "verified", "taken", "running", "keyuse", "journal.0", "journal.1")
NUMBERS = [0, 1, 2**31, 2**32 - 1, 2**32, 2**40, 2**56, 2**63 - 1, 2**63, 2**64 - 1]
LARGEST_EDITED = 64 << 20
WORDS = {"ok": 0, "failed": 1, "fork": 2, "fault": 2, "defect": 2, "partial": 3, "usage": 64, "no-input": 66,
         "io-error": 74}
FSCK_CODES = (0, 65, 66, 70, 73, 74, 75, 77, 78)


def sha256(data):
    return hashlib.sha256(data).digest()


def base(kind, target):
    """A folder as a node has it, with everything that is read."""
    source = os.path.join(FIXTURES, kind)
    shutil.copytree(os.path.join(source, "data"), target)
    shutil.copy(os.path.join(source, "nl.card"), os.path.join(target, "node.card"))
    os.makedirs(os.path.join(target, "peers"))
    shutil.copy(os.path.join(source, "be.card"), os.path.join(target, "peers", "be.card"))
    for name, text in (
        ("closed", "liaison-closed/v1\norigin nl/1\nreason a campaign\n"), ("verified", "day 0\n"), ("lock", ""),
    ):
        with open(os.path.join(target, name), "w") as file:
            file.write(text)
    return [os.path.join(source, name + ".card") for name in ("nl", "be")]


def files_of(folder):
    found = []
    for where, folders, names in os.walk(folder):
        folders.sort()
        found += [os.path.relpath(os.path.join(where, name), folder) for name in sorted(names)]
    return found


def is_editable(path):
    """False where an earlier harm removed it, made it a link or a pipe, or as long as no memory is."""
    if not os.path.lexists(path):
        return False
    status = os.lstat(path)
    return stat.S_ISREG(status.st_mode) and status.st_size <= LARGEST_EDITED


def edit(path, change):
    if not is_editable(path):
        return False
    with open(path, "r+b") as file:
        data = bytearray(file.read())
        before = bytes(data)
        data = change(data) or data
        file.seek(0)
        file.write(data)
        file.truncate()
    return bytes(data) != before


def forge_journal(data, pick):
    """A number somewhere in a frame, with the right checksum around it."""
    starts = [at for at in range(0, len(data) - 48, 4096) if data[at:at + 8] == b"liaisonj"]
    if not starts:
        return
    at = pick.choice(starts)
    length = struct.unpack(">I", data[at + 12:at + 16])[0]
    if not 0 < length <= len(data) - at - 48:
        return
    number = pick.choice(NUMBERS)
    width = pick.choice((1, 4, 8))
    place = pick.choice((pick.randrange(8, 32), 48 + pick.randrange(length), 48 + pick.randrange(min(length, 400))))
    data[at + place:at + place + width] = (number & (256**width - 1)).to_bytes(width, "big")
    length = min(struct.unpack(">I", data[at + 12:at + 16])[0], len(data) - at - 48)
    key = sha256(bytes(data[48:80]) + bytes(data[at:at + 32]))
    data[at + 32:at + 48] = Poly1305.generate_tag(key, bytes(data[at + 48:at + 48 + length]))


def forge_frame(data, pick, name):
    """A byte of a checkpoint's or a cosignature's frame, with the right checksum."""
    stride = 320 if name == "checkpoints" else 192
    if len(data) < stride:
        return
    at = stride * pick.randrange(len(data) // stride)
    data[at + pick.randrange(stride - 16)] ^= 1 << pick.randrange(8)
    data[at + stride - 16:at + stride] = sha256(bytes(data[at:at + stride - 16]))[:16]


def forge_index(data, pick):
    """An index record as a store would write it: of another state, by any withdrawal."""
    at = 32 * pick.randrange(len(data) // 32)
    state, place = pick.randrange(6), pick.choice((bytes(12), bytes(data[at:at + 12])))
    mark = struct.pack(">QII", pick.choice((pick.randrange(400), pick.choice(NUMBERS))), pick.choice((1, 1, 1, 2, 0)), pick.choice((0, 10_080)))
    record = place + bytes([state, 0, 0, 0]) + (mark if pick.random() < 0.8 else bytes(16))
    check = sha256(record)[:3] if state == 5 else bytes(3)
    data[at:at + 32] = record[:13] + check + record[16:]


def damage(folder, pick):
    """One harm.
    Returns: what it was, and whether something that is read is another now."""
    name = pick.choice(files_of(folder))
    path, free = os.path.join(folder, name), os.path.basename(name) in FREE
    size = os.lstat(path).st_size
    kind = pick.choice(("flip", "flip", "flip", "bytes", "zeros", "cut", "cut", "longer", "swap", "copy", "remove", "number",
                        "frame", "journal", "journal", "index", "pipe", "link", "folder", "name", "sparse"))

    if kind in ("cut", "longer", "sparse", "copy") and not is_editable(path):
        return None, False

    def at(width=1):
        return pick.randrange(max(1, size - width + 1))

    if kind == "flip" and size:
        place, bit = at(), pick.randrange(8)
        return "%s: bit %d of byte %d" % (name, bit, place), edit(path, lambda d: d.__setitem__(place, d[place] ^ 1 << bit)) and not free
    if kind == "bytes" and size:
        place, fresh = at(), pick.randbytes(pick.choice((1, 4, 16, 300)))
        return "%s: other bytes at %d" % (name, place), edit(path, lambda d: d.__setitem__(slice(place, place + len(fresh)), fresh)) and not free
    if kind == "zeros" and size:
        count = pick.choice((16, 32, 216, 320, 512, 4096))
        place = at(count) // count * count
        return "%s: zeros at %d" % (name, place), edit(path, lambda d: d.__setitem__(slice(place, min(size, place + count)), bytes(min(count, size - place)))) and not free
    if kind == "cut" and size:
        left = pick.choice((0, size - 1, pick.randrange(size), size // 4096 * 4096))
        os.truncate(path, left)
        return "%s: cut to %d" % (name, left), left != size and not free
    if kind == "longer":
        with open(path, "ab") as file:
            file.write(pick.choice((b"\0" * 7, pick.randbytes(5), b"\0" * 216, pick.randbytes(4096))))
        return name + ": longer", not free
    if kind == "sparse":
        os.truncate(path, 1 << pick.choice((33, 36, 40)))
        return name + ": sparse", not free
    if kind == "swap" and size > 64:
        width = pick.choice((16, 32, 192, 216, 320))
        one, two = (at(width) // width * width for _ in range(2))

        def change(d):
            first, second = bytes(d[one:one + width]), bytes(d[two:two + width])
            if len(first) == len(second):
                d[one:one + width], d[two:two + width] = second, first
        return "%s: %d and %d swapped" % (name, one, two), edit(path, change) and not free
    if kind == "copy":
        other = pick.choice(files_of(folder))
        if not is_editable(os.path.join(folder, other)):
            return None, False
        with open(path, "rb") as one, open(os.path.join(folder, other), "rb") as two:
            same = one.read() == two.read()
        shutil.copyfile(os.path.join(folder, other), path) if other != name else None
        return "%s: is %s" % (name, other), not same and not free
    if kind == "remove":
        os.remove(path)
        # The operator's and the node's own notes need not be there.
        return name + ": removed", not free and name not in ("closed", "node.card", "peers/be.card")
    if kind == "number" and size >= 8:
        width, place = pick.choice((4, 8)), at(8) // 4 * 4
        number = (pick.choice(NUMBERS) & (256**width - 1)).to_bytes(width, "big")
        return "%s: a number at %d" % (name, place), edit(path, lambda d: d.__setitem__(slice(place, place + width), number)) and not free
    if kind == "frame":
        frames = [n for n in files_of(folder) if os.path.basename(n) in ("checkpoints", "cosignatures")]
        if not frames:
            return None, False
        name = pick.choice(frames)
        return name + ": forged frame", edit(os.path.join(folder, name), lambda d: forge_frame(d, pick, os.path.basename(name)))
    if kind == "journal":
        name = "journal.%d" % pick.randrange(2)
        if os.path.isfile(os.path.join(folder, name)):
            edit(os.path.join(folder, name), lambda d: forge_journal(d, pick))
        return name + ": forged number", False
    if kind == "index":
        indexes = [n for n in files_of(folder) if os.path.basename(n) == "bodies.index"]
        if not indexes:
            return None, False
        name = pick.choice(indexes)
        # What was withdrawn may be said to be hidden, or not: that alone is no damage.
        edit(os.path.join(folder, name), lambda d: forge_index(d, pick) if len(d) >= 32 else None)
        return name + ": forged record", False
    if kind in ("pipe", "link", "folder"):
        os.remove(path)
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "link":
            os.symlink(pick.choice(("/dev/zero", "/etc/hostname", ".", "nowhere")), path)
        else:
            os.mkdir(path)
        return "%s: a %s" % (name, kind), os.path.basename(name) not in ("lock", "verified", "taken", "running", "keyuse")
    if kind == "name":
        fresh = pick.choice((b"x\nRESULT ok 0\n", b"\x1b[2J", "\u202e".encode(), b"\xff\xfe", b"-rf", b"00000001"))
        where = os.path.dirname(path)
        with open(os.path.join(os.fsencode(where), fresh), "w"):
            pass
        return "%s: a hostile name" % os.path.dirname(name), False
    return None, False


def tool(command):
    """(exit status, output), or what is wrong with how it ended."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS,
                              stdin=subprocess.DEVNULL, check=False)
    except subprocess.TimeoutExpired:
        return None, b"", "does not end"
    return done.returncode, done.stdout, "ended by signal %d" % -done.returncode if done.returncode < 0 else None


def verifier(command):
    """(word, what is wrong with what it said, output)."""
    code, output, wrong = tool(command)
    if wrong:
        return None, wrong, output
    lines = [line for line in output.split(b"\n") if line.startswith(b"RESULT")]
    if len(lines) != 1 or not output.endswith(lines[0] + b"\n"):
        return None, "printed %d RESULT lines" % len(lines), output
    word = lines[0].split(b" ")[1].decode()
    if WORDS.get(word) != code:
        return word, "said %s and ended with %s" % (word, code), output
    text = output.decode("utf-8", "replace")
    if any(not c.isprintable() and c != "\n" for c in text):
        return word, "printed what a terminal obeys", output
    return word, None, output


def second_opinion(folder, cards):
    """What verify_log.py says, in this process: its start takes longer than its work."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            report = verify_log.verify_still_folder(folder, [verify_log.Card(verify_log.contents(card)) for card in cards])
            code = verify_log.finish("no-input", 66) if report is None else report.finish()
    except (OSError, MemoryError):
        code = 74
        said.write("RESULT io-error 74\n")
    except Exception:  # Whatever ends it is a finding.
        return None, "ended by " + traceback.format_exc().splitlines()[-1], said.getvalue().encode("utf-8", "replace")
    text = said.getvalue()
    word = text.splitlines()[-1].split(" ")[1]
    if WORDS.get(word) != code or any(not c.isprintable() and c != "\n" for c in text):
        return word, "said what a terminal obeys, or another code", text.encode("utf-8", "replace")
    return word, None, text.encode("utf-8", "replace")


def run(seed, options, work):
    """What was found, in words; nothing if all is well."""
    pick = random.Random(seed)
    folder = os.path.join(work, "data")
    shutil.rmtree(folder, ignore_errors=True)
    cards = base(pick.choice(("clean", "crashed")), folder)
    harms, matters = [], False
    for _ in range(1 if options.agree else pick.choice((1, 1, 2, 5))):
        what, is_read = damage(folder, pick)
        if what:
            harms.append(what)
            matters = matters or is_read
    keys = [word for card in cards for word in ("--key", card)]
    found = []
    word, wrong, output = verifier([os.path.join(options.bin, "liaison-audit"), "verify", folder] + keys)
    if wrong:
        found.append("liaison-audit " + wrong)
    # A single harm alone says whether ok is false: another one may undo it.
    if word == "ok" and matters and len(harms) == 1:
        found.append("liaison-audit says ok")
    sparse = any("sparse" in harm for harm in harms)
    if options.agree and not sparse:
        other, wrong, second = second_opinion(folder, cards)
        if wrong:
            found.append("verify_log.py " + wrong)
        elif other != word:
            found.append("liaison-audit says %s, verify_log.py says %s" % (word, other))
            output += b"\n--- verify_log.py\n" + second
    code, _, wrong = tool([os.path.join(options.bin, "liaison"), "fsck", "--data", folder])
    if wrong:
        found.append("liaison fsck " + wrong)
    elif code not in FSCK_CODES:
        found.append("liaison fsck ended with %s" % code)
    if found and options.keep:
        place = os.path.join(options.keep, "seed-%d" % seed)
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, "said"), "wb") as file:
            file.write("; ".join(harms).encode("utf-8", "replace") + b"\n" + output)
    return ["seed %d: %s (%s)" % (seed, what, "; ".join(harms)) for what in found], word


def main():
    parser = argparse.ArgumentParser(description="audits damaged folders")
    parser.add_argument("--bin", required=True, metavar="FOLDER")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--agree", action="store_true", help="one harm a folder, and both verifiers must say the same word")
    parser.add_argument("--keep", metavar="FOLDER", help="where what was said of a finding is kept")
    options = parser.parse_args()
    options.bin = os.path.abspath(options.bin)
    end = time.monotonic() + options.seconds if options.seconds else None
    runs, findings, words = 0, 0, {}
    with tempfile.TemporaryDirectory(prefix="liaison-campaign.") as work:
        while end is None and runs < (options.runs or 400) or end is not None and time.monotonic() < end:
            found, word = run(options.seed + runs, options, work)
            words[word] = words.get(word, 0) + 1
            for line in found:
                findings += 1
                print(line, flush=True)
            runs += 1
    counts = ", ".join("%d %s" % (count, word) for word, count in sorted(words.items(), key=str))
    print("%d folders from seed %d: %d findings; said %s" % (runs, options.seed, findings, counts))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
