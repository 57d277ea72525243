"""A hostile author's log does not hold up the node that reads it (control.md, CTL-9).

Real nodes on loopback. A member publishes to nl what costs a reader most: records of 64 KiB of brackets, grants whose
512 slots all carry nl's hint, and grants without end. While `liaison tail` and `liaison show` read them, a trivial call to
the control socket is answered within LIMIT seconds every time. Prints what it checked, exit 1 for a FAIL.

    LIAISON_BIN=.build/release python3 Tests/hostile/tail.py [brackets|hints|grants]
"""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import foe  # noqa: E402
import net  # noqa: E402

# A turn of the loop reads for 5 ms; the rest is for a machine that does something else as well.
LIMIT = float(os.environ.get("LIAISON_LATENCY_LIMIT", "0.1"))
BRACKETS = b'{"a":[' + b"[]," * ((65536 - 10) // 3) + b"[]]}"


def reader_and_author(name, port):
    nodes = net.network(name, ["nl", "be"], port)
    nl, be = nodes["nl"], nodes["be"]
    nl.peer(be)
    be.peer(nl)
    nl.start()
    me = foe.Me(be.data)
    author = foe.Author(me, be.data)
    reader = foe.Card(nl.card)
    session = foe.Session(me, reader, "127.0.0.1", nl.port)
    session.hello([author.lid, reader.log_id])
    list(session.messages(0.3))
    session.heads([(author.lid, 1, author.last)])
    session.chunk(author.lid, 0, [author.genesis])
    return nl, author, reader, session


def send(nl, author, session, entries):
    """Pushes, a little at a time, and waits until all of it is durable."""
    for at in range(0, len(entries), 10):
        part = entries[at:at + 10]
        session.chunk(author.lid, author.size - len(entries) + at, part)
        list(session.messages(0.02))
    net.wait(lambda: any(
        log["origin"] == "be/1" and log["size"] == author.size for log in nl.status()["logs"]), 120)


def measure(findings, name, nl, wanted, last):
    """Two tails and a show of the last entry, with a prober beside them."""
    for number in (1, 2):
        prober = net.Prober(nl)
        cpu, start = nl.cpu_seconds(), time.monotonic()
        prober.start()
        done = nl.cli("tail", "--json", timeout=600)
        took, cpu = time.monotonic() - start, nl.cpu_seconds() - cpu
        prober.stop()
        # What is no record is told of on lines of its own.
        lines = [line for line in done.stdout.decode().splitlines() if '"type":"last"' in line]
        findings.check(
            prober.is_well(LIMIT) and len(lines) == wanted,
            "%s: tail %d took %.2f s, processor %.2f s, %d records, worst of %d control calls %.3f s" % (
                name, number, took, cpu, len(lines), len(prober.all), prober.worst))
        if number == 1:
            prober = net.Prober(nl)
            prober.start()
            nl.cli("show", "be/1/%d" % last, timeout=600)
            prober.stop()
            findings.check(
                prober.is_well(LIMIT), "%s: show, worst control call %.3f s" % (name, prober.worst))


def brackets(author, reader, K):
    return [author.record(K, BRACKETS) for _ in range(40)]


def hints(author, reader, K):
    grants = []
    for _ in range(200):
        grant, _ = author.grant([], slots_log2=9, garbage_for=reader.seal)
        grants.append(grant)
    return grants


def grants(author, reader, K):
    return [author.grant([("be", author.me.seal_pub)])[0] for _ in range(3000)]


def main():
    wanted = sys.argv[1:] or ["brackets", "hints", "grants"]
    findings = net.Findings()
    for number, name in enumerate(wanted):
        kind = {"brackets": brackets, "hints": hints, "grants": grants}[name]
        nl, author, reader, session = reader_and_author(
            "tail-" + name, 23111 + 2 * number)
        try:
            grant, K = author.grant([("be", author.me.seal_pub), ("nl", reader.seal)])
            session.chunk(author.lid, 1, [grant])
            send(nl, author, session, kind(author, reader, K))
            send(nl, author, session, [author.record(K, b'{"type":"last"}')])
            measure(findings, name, nl, 1, author.size - 1)
        finally:
            nl.stop()
    findings.end()


main()
