"""Floods of a running node, from many addresses of the loopback net; a peer that does not read, and one that is over its
rates. For check_hostile.py, which looks after each that the node is well.
"""
import errno, os, resource, select, signal, socket, time
from nodes import *

HALF_OPEN = 10_000
FLOOD_SECONDS = 4
FLOOD_PER_SECOND = 1_000
SOURCES = 2_000
# What refusing one connection may cost: accept, look, close, and a handshake for the few that are let through.
SECONDS_OF_A_REFUSAL = 0.000_5
UNREAD_BYTES = 48 << 20
PUBLISHED_AT_ONCE = 24
SLOW_BYTES_PER_SECOND = 65_536
SLOW_PUBLISHES = 12
SLOW_RECORDS = 10
SLOW_RECORD_BYTES = 10_000
# What may come at once: two seconds' worth, and what is read in one call is taken whole.
AT_ONCE_BYTES = 2 * SLOW_BYTES_PER_SECOND + (256 << 10)


def source(number):
    """One of 2^24 addresses that strangers come from; 127.0.0.1 is where the peers are."""
    return f"127.{1 + (number >> 16 & 127)}.{number >> 8 & 255}.{1 + number % 254}"


def begin(target, number):
    """A connection under way from an address of its own."""
    connection = socket.socket()
    connection.setblocking(False)
    connection.bind((source(number), 0))
    if connection.connect_ex(("127.0.0.1", target.node.port)) not in (0, errno.EINPROGRESS):
        connection.close()
        return None
    return connection


def processor_seconds(node):
    with open(f"/proc/{node.process.pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def expect_cheap(target, before, connections):
    spent = processor_seconds(target.node) - before
    if spent > 1 + connections * SECONDS_OF_A_REFUSAL:
        raise Failed(f"{connections} connections of strangers cost {spent:.1f} s of processor time")


def never_speaks(target):
    """Sends nothing at all, and is closed."""
    with target.tcp() as connection:
        connection.settimeout(8)
        try:
            if connection.recv(1):
                raise Failed("a stranger got an answer")
        except (socket.timeout, TimeoutError):
            raise Failed("a connection that never spoke is open after 8 s")


def ten_thousand_half_open(target):
    """Held open on this side, each from its own address."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < HALF_OPEN + 200:
        resource.setrlimit(resource.RLIMIT_NOFILE, (HALF_OPEN + 200, HALF_OPEN + 200))
    else:
        resource.setrlimit(resource.RLIMIT_NOFILE, (HALF_OPEN + 200, most))
    before = processor_seconds(target.node)
    connections = []
    try:
        for number in range(HALF_OPEN):
            connection = begin(target, number)
            if connection:
                connections.append(connection)
            if number % 1_000 == 0:
                target.look()
        if len(connections) < HALF_OPEN * 9 // 10:
            raise Failed(f"only {len(connections)} of {HALF_OPEN} connections could be begun here")
        target.exchange(f"while {len(connections)} connections are half open")
        descriptors = len(os.listdir(f"/proc/{target.node.process.pid}/fd"))
        if descriptors > 300:
            raise Failed(f"the daemon holds {descriptors} descriptors")
        expect_cheap(target, before, len(connections))
    finally:
        for connection in connections:
            connection.close()


def flood_of(target, what, send):
    """A thousand connections a second, each from one of many addresses; exchanges all the while."""
    before = processor_seconds(target.node)
    begun = time.monotonic()
    number = 0
    open_connections = []
    while time.monotonic() - begun < FLOOD_SECONDS:
        due = int((time.monotonic() - begun) * FLOOD_PER_SECOND)
        while number < due:
            number += 1
            connection = begin(target, number % SOURCES)
            if connection:
                open_connections.append(connection)
        _, ready, _ = select.select([], open_connections[-200:], [], 0)
        for connection in ready:
            try:
                connection.send(send(number))
            except OSError:
                pass
        while len(open_connections) > 200:
            open_connections.pop(0).close()
        target.look()
        if number % 500 < 20:
            target.exchange(f"during {what}")
    for connection in open_connections:
        connection.close()
    expect_cheap(target, before, number)


def handshake_flood(target, with_mac):
    """Right macs and wrong handshakes: the dearest that somebody who has the card can ask for."""
    messages = [with_mac(target, target.chance.randbytes(96)) for _ in range(64)]
    flood_of(target, "a flood of handshakes", lambda number: messages[number % len(messages)])


def reconnects(target):
    flood_of(target, "a thousand reconnects a second", lambda number: b"\x01")


def peer_that_does_not_read(target):
    """Stopped as by a debugger: its kernel takes what fits into the buffers, and nothing more is kept for it."""
    slow = target.network["fr"]
    wait_for("fr is connected", 30, lambda: is_connected(slow.status()))
    slow.process.send_signal(signal.SIGSTOP)
    try:
        record = b'{"type":"bulk","text":"%s"}\n' % (b"x" * 60_000)
        sent = 0
        while sent < UNREAD_BYTES:
            target.node.run("publish", "--to", target.peer.name, "-", stdin=record * PUBLISHED_AT_ONCE)
            sent += PUBLISHED_AT_ONCE * len(record)
            target.look()
        wait_for("the other peer has all of it", 10,
                 lambda: sizes(target.peer.status())["nl/1"] == sizes(target.node.status())["nl/1"])
        target.exchange("while a peer does not read")
    finally:
        slow.process.send_signal(signal.SIGCONT)
    wait_for("it has all once it reads again", 30,
             lambda: sizes(slow.status())["nl/1"] == sizes(target.node.status())["nl/1"])


def over_its_rate(target):
    """The operator's limit holds peers, is told in status, and is lifted by a reload; the session lasts. For both peers: what
    one may not bring, the other would."""
    settings = {}
    for name in ["be", "fr"]:
        path = os.path.join(target.node.data, "peers", f"{name}.conf")
        with open(path) as file:
            settings[path] = file.read()
    since = peer(target.node, "be")["since"]
    record = b'{"type":"bulk","text":"%s"}\n' % (b"x" * SLOW_RECORD_BYTES)
    try:
        limit(target, {path: text + f"received-bytes-per-second = {SLOW_BYTES_PER_SECOND}\n"
                       for path, text in settings.items()})
        begun = time.monotonic()
        for _ in range(SLOW_PUBLISHES):
            target.peer.run("publish", "--to", "nl", "-", stdin=record * SLOW_RECORDS)
        wait_for("the rate holds", 5, lambda: any(
            rate["rate"] == "received" and rate["times"] > 0 for rate in peer(target.node, "be")["held"]))
        wait_for("what came slowly is here", 30, lambda: is_level(target))
        seconds = time.monotonic() - begun
        # Half of it may come by either peer.
        sent = SLOW_PUBLISHES * SLOW_RECORDS * SLOW_RECORD_BYTES
        least = (sent - 2 * AT_ONCE_BYTES) / (2 * SLOW_BYTES_PER_SECOND)
        if seconds < least:
            raise Failed(f"{sent} bytes came in {seconds:.1f} s, at least {least:.1f} s were due")
    finally:
        limit(target, settings)
    target.peer.run("publish", "--to", "nl", "-", stdin=record * SLOW_RECORDS)
    wait_for("without the limit it comes at once", 3, lambda: is_level(target))
    if peer(target.node, "be")["since"] != since:
        raise Failed("the session did not last")


def limit(target, settings):
    for path, text in settings.items():
        with open(path, "w") as file:
            file.write(text)
    target.node.process.send_signal(signal.SIGHUP)
    time.sleep(0.3)


def peer(node, name):
    return next(peer for peer in node.status()["peers"] if peer["name"] == name)


def is_level(target):
    return sizes(target.node.status())["be/1"] == sizes(target.peer.status())["be/1"]
