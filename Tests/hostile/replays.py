"""SYNC-91: an old checkpoint said again and again, and records that change the key: another peer's publish stays as quick."""

import base64
import struct
import threading
import time

import foe
import net

PUBLISHES = 8
# A machine that others use has delays of its own: twice the quiet figure, and this.
SLACK_SECONDS = 0.25
ATTEMPTS = 3


def checkpoints(node, log):
    """What a node's folder holds of a log's checkpoints: size, root, signature (store.md)."""
    with open("%s/logs/%s/checkpoints" % (node.data, log.hex()), "rb") as file:
        frames = file.read()
    for start in range(0, len(frames) - 319, 320):
        length, = struct.unpack(">H", frames[start:start + 2])
        lines = frames[start + 16:start + 16 + length].decode().split("\n")
        yield (int(lines[1]), base64.b64decode(lines[2]),
               base64.b64decode(lines[4].split(" ")[2])[4:])


def latency(node):
    """The median time of a publish that waits for one replica."""
    times = []
    for _ in range(PUBLISHES):
        began = time.monotonic()
        node.cli(
            "publish", "--to", "nl", "-", "--replicas", "1", stdin=b'{"type":"ping"}\n')
        times.append(time.monotonic() - began)
    return sorted(times)[len(times) // 2]


def flood(findings, nl, fr, what, quiet, say):
    """What a flood does, it does each time; what the machine's other work does, it does not."""
    for _ in range(ATTEMPTS):
        loud, used, sent = one_flood(nl, fr, say)
        # A flood that could not be sent again shows nothing.
        if loud <= 2 * quiet + SLACK_SECONDS or not sent:
            break
        quiet = max(quiet, latency(fr))
    findings.check(
        sent and loud <= 2 * quiet + SLACK_SECONDS,
        "%s: a publish takes %.0f ms, and %.0f when it is quiet; nl uses %.0f %% of a processor" % (
            what, loud * 1000, quiet * 1000, used))


def one_flood(nl, fr, say):
    sent, on = [0], [True]

    def spam():
        try:
            while on[0]:
                say()
                sent[0] += 1
        except OSError:
            pass

    thread = threading.Thread(target=spam, daemon=True)
    used, began = nl.cpu_seconds(), time.monotonic()
    thread.start()
    time.sleep(2)
    loud = latency(fr)
    passed = time.monotonic() - began
    on[0] = False
    thread.join(10)
    return loud, (nl.cpu_seconds() - used) / passed * 100, sent[0]


def main():
    findings = net.Findings()
    nodes = net.network("replays", ["nl", "be", "fr"], 23061)
    nl, be, fr = nodes["nl"], nodes["be"], nodes["fr"]
    nl.peer(be)
    nl.peer(fr)
    be.peer(nl, nl.address)
    fr.peer(nl, nl.address)
    fr.peer(be)
    be.peer(fr)
    try:
        for node in nodes.values():
            node.start()
        net.wait(lambda: all(n.status()["signing"] == "ready" for n in nodes.values()), 60)
        for _ in range(6):
            nl.publish("fr", b"\n".join(b'{"type":"x","n":%d}' % n for n in range(200)))
            time.sleep(1.1)
        be.stop()
        me, card, third = foe.Me(be.data), foe.Card(nl.card), foe.Card(fr.card)
        size, root, signature = list(checkpoints(be, card.log_id))[1]
        quiet = latency(fr)
        session = foe.Session(me, card, "127.0.0.1", nl.port)
        session.hello([card.log_id, me.card.log_id, third.log_id])
        list(session.messages(0.5))
        one = session.checkpoint_message(card.log_id, size, root, signature)
        block = b"".join(struct.pack(">I", len(one)) + one for _ in range(570))
        flood(findings, nl, fr, "an old checkpoint", quiet, lambda: session.raw(block))
        report = next(p for p in nl.status()["peers"] if p["name"] == "be")
        print("held:", report["held"])
        session.close()
        time.sleep(1)
        session = foe.Session(me, card, "127.0.0.1", nl.port)
        session.hello([card.log_id])
        list(session.messages(0.5))
        flood(
            findings, nl, fr, "records that change the key", quiet,
            lambda: session.sock.sendall(b"".join(session.record(b"", 1) for _ in range(200))))
    finally:
        for node in nodes.values():
            node.stop()
    findings.end()


if __name__ == "__main__":
    main()
