"""What strangers and careless clients may send to a running node, on loopback: each is refused and counted, memory
stays bounded, and the node's honest peer does not notice.
"""
import argparse, base64, hashlib, json, os, random, select, socket, time
from nodes import *
import floods

MESSAGE1_NOISE_BYTES = 96
HANDSHAKE_SECONDS = 5
CONTROL_MESSAGE_BYTES = 4 << 20
FLOOD_BYTES = 64 << 20
RESIDENT_GROWTH_BYTES = 64 << 20
CONNECT_SECONDS = 30


class Target:
    def __init__(self, network, node, peer, chance):
        self.network, self.node, self.peer, self.chance = network, node, peer, chance
        self.first_resident = node.resident_bytes()
        self.highest = self.first_resident
        self.pid = node.process.pid
        self.published = 0

    def tcp(self):
        connection = socket.create_connection(("127.0.0.1", self.node.port), timeout=10)
        return connection

    def unix(self):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(20)
        connection.connect(os.path.join(self.node.data, "control.socket"))
        return connection

    def counters(self):
        return self.node.status()["counters"]

    def check_well(self, name, before):
        """After an attack: alive, small, counting, and the peer's records still arrive. Returns the counters that grew."""
        if not self.node.is_running() or self.node.process.pid != self.pid:
            raise Failed(f"{name}: the daemon ended")
        self.look()
        after = self.counters()
        grown = [key for key in after if after[key] > before.get(key, 0)]
        begin = time.monotonic()
        self.exchange(name)
        return sorted(key for key in grown if not key.startswith("session.")), time.monotonic() - begin

    def look(self):
        resident = self.node.resident_bytes()
        self.highest = max(self.highest, resident)
        if resident > self.first_resident + RESIDENT_GROWTH_BYTES:
            raise Failed(f"memory grew from {self.first_resident >> 20} to {resident >> 20} MiB")

    def exchange(self, name):
        """A record each way, over the session that existed before."""
        for author, reader in [(self.peer, self.node), (self.node, self.peer)]:
            self.published += 1
            record = b'{"type":"probe","n":%d}' % self.published
            entry = author.run("publish", "--to", reader.name, "-", stdin=record + b"\n").decode().strip()
            index = int(entry.rsplit("/", 1)[1])
            origin = entry.rsplit("/", 1)[0]
            wait_for(f"{name}: {entry} arrives at {reader.name}", 5,
                     lambda: sizes(reader.status()).get(origin, 0) > index, 0.01)


def drain(connection, seconds):
    """Everything until the other side closes; None when it does not."""
    data = b""
    deadline = time.monotonic() + seconds
    while True:
        connection.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            part = connection.recv(65536)
        except (ConnectionResetError, BrokenPipeError):
            return data
        except (socket.timeout, TimeoutError):
            return None
        if not part:
            return data
        data += part


def send_all(connection, data):
    """As much as the other side takes; it may close in the middle."""
    try:
        connection.sendall(data)
        return True
    except (ConnectionError, TimeoutError):
        return False


def expect_silence(target, data, seconds=HANDSHAKE_SECONDS + 3, connection=None):
    """Strangers get no byte, and the connection is closed."""
    with connection or target.tcp() as connection:
        send_all(connection, data)
        got = drain(connection, seconds)
        if got is None:
            raise Failed(f"the connection is still open after {seconds} s")
        if got:
            raise Failed(f"a stranger got {len(got)} bytes: {got[:32].hex()}")


def transport_key(card):
    with open(card) as file:
        for line in file:
            if line.startswith("transport "):
                return base64.b64decode(line.split()[1])
    raise Failed(f"{card} has no transport key")


def with_mac(target, noise):
    """Message 1 as somebody would send it who has the card: Protocols/transport.md."""
    key = hashlib.blake2b(b"liaison-mac1/v1" + transport_key(target.node.card), digest_size=32).digest()
    return noise + hashlib.blake2b(noise, key=key, digest_size=32).digest()[:16]


# Attacks on the TCP port ------------------------------------------------------

def random_bytes(target):
    for size in [1, 7, 111, 112, 113, 600, 5000]:
        with target.tcp() as connection:
            send_all(connection, target.chance.randbytes(size))
            connection.shutdown(socket.SHUT_WR)
            if drain(connection, 3):
                raise Failed("a stranger got an answer")


def garbage_of_right_length(target):
    expect_silence(target, target.chance.randbytes(112), seconds=3)
    expect_silence(target, bytes(112), seconds=3)


def right_mac_wrong_noise(target):
    expect_silence(target, with_mac(target, target.chance.randbytes(MESSAGE1_NOISE_BYTES)), seconds=3)
    # An ephemeral key of small order.
    expect_silence(target, with_mac(target, bytes(MESSAGE1_NOISE_BYTES)), seconds=3)


def truncated_then_silent(target):
    whole = with_mac(target, target.chance.randbytes(MESSAGE1_NOISE_BYTES))
    expect_silence(target, whole[:100])


def one_byte_a_second(target):
    """Also one that came later than another: each has its own deadline."""
    begin = time.monotonic()
    with target.tcp() as first:
        time.sleep(2)
        with target.tcp() as second:
            closed = {}
            while len(closed) < 2:
                for name, connection in [("first", first), ("second", second)]:
                    if name in closed:
                        continue
                    if not send_all(connection, b"\x01"):
                        closed[name] = time.monotonic() - begin
                        continue
                    ready, _, _ = select.select([connection], [], [], 0.5)
                    if ready:
                        if drain(connection, 0.1) not in (b"", None):
                            raise Failed("a stranger got an answer")
                        closed[name] = time.monotonic() - begin
                if time.monotonic() - begin > HANDSHAKE_SECONDS + 6:
                    still = sorted({"first", "second"} - set(closed))
                    raise Failed(f"a slow handshake still stands after {HANDSHAKE_SECONDS + 6} s: {', '.join(still)}")


def half_open_beyond_limits(target):
    connections = []
    try:
        for _ in range(200):
            connections.append(target.tcp())
        time.sleep(0.3)
        ready, _, _ = select.select(connections, [], [], 0)
        if len(ready) < 200 - 128:
            raise Failed(f"of 200 half-open connections only {len(ready)} were refused")
        target.look()
        target.exchange("while 200 connections are half open")
    finally:
        for connection in connections:
            connection.close()


def flood(target):
    """Much more than any handshake, as fast as it is taken."""
    with target.tcp() as connection:
        part = target.chance.randbytes(1 << 16)
        begin = time.monotonic()
        for number in range(FLOOD_BYTES >> 16):
            if not send_all(connection, part):
                return
            if number % 64 == 0:
                target.look()
            if time.monotonic() - begin > HANDSHAKE_SECONDS + 3:
                raise Failed("a flood was read for 8 s")
        raise Failed("64 MiB of a stranger were read")


def abrupt(target):
    """Connect and go, many times."""
    for number in range(300):
        connection = target.tcp()
        if number % 3 == 0:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        connection.close()


# Attacks on the control socket ------------------------------------------------

def call(target, data, seconds=10):
    with target.unix() as connection:
        send_all(connection, data)
        return drain_message(connection, seconds)


def drain_message(connection, seconds):
    """Bytes until the first NUL, or until the other side closes."""
    data = b""
    deadline = time.monotonic() + seconds
    while not data.endswith(b"\0"):
        connection.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            part = connection.recv(65536)
        except ConnectionError:
            return data
        except (socket.timeout, TimeoutError):
            raise Failed(f"no answer on the control socket after {seconds} s")
        if not part:
            return data
        data += part
    return data


def expect_error(target, data):
    """Either an error reply or a closed connection, never a reply without an error."""
    got = call(target, data)
    for message in got.split(b"\0"):
        if message and "error" not in json.loads(message):
            raise Failed(f"{data[:60]!r} was answered {message[:80]!r}")


def control_garbage(target):
    expect_error(target, target.chance.randbytes(2000) + b"\0")
    expect_error(target, b"\0")
    expect_error(target, b"\0" * 1000)
    expect_error(target, b"\xff\xfe\xfd\0")
    expect_error(target, b'{"method":\0')
    expect_error(target, b'[' * 100_000 + b"\0")
    expect_error(target, b'{"method":"org.liaison.Node.Status","parameters":' + b'{"a":' * 50_000 + b"\0")
    expect_error(target, b'{"method":7}\0')
    expect_error(target, b'"org.liaison.Node.Status"\0')


def control_wrong_calls(target):
    for method, parameters in [
        ("org.liaison.Node.Nothing", {}), ("nothing", {}), ("", {}), ("org.example.Other.Status", {}),
        ("org.liaison.Node.Publish", {}), ("org.liaison.Node.Publish", {"to": "all", "records": []}),
        ("org.liaison.Node.Publish", {"to": [], "records": ['{"type":"a"}']}),
        ("org.liaison.Node.Publish", {"to": ["all"], "records": ["not json"]}),
        ("org.liaison.Node.Publish", {"to": ["all"], "records": ['{"type":7}']}),
        ("org.liaison.Node.Publish", {"to": ["nobody"], "records": ['{"type":"a"}']}),
        ("org.liaison.Node.Publish", {"to": ["all"], "records": ['{"type":"a"}\n{"type":"b"}']}),
        ("org.liaison.Node.Publish", {"to": ["all"], "records": ['{"type":"a"}'], "replicas": -1}),
        ("org.liaison.Node.Publish", {"to": ["all"], "records": ['{"type":"a"}'] * 300_000}),
        ("org.liaison.Node.Publish", {"to": ["all"], "records": ['{"type":"%s"}' % ("a" * 70_000)]}),
        ("org.liaison.Node.Show", {"entry": "nl/1/99999999"}), ("org.liaison.Node.Show", {"entry": "../../x"}),
        ("org.liaison.Node.Show", {"entry": "nl/1/18446744073709551616"}),
        ("org.liaison.Node.Show", {"entry": "nl/1/-1"}),
    ]:
        expect_error(target, json.dumps({"method": method, "parameters": parameters}).encode() + b"\0")


def control_at_limit(target):
    call_bytes = b'{"method":"org.liaison.Node.Peers"}'
    longest = call_bytes + b" " * (CONTROL_MESSAGE_BYTES - len(call_bytes))
    if b'"error"' in call(target, longest + b"\0"):
        raise Failed("a message as long as allowed was refused")
    expect_error(target, longest + b" \0")


def control_oversized(target):
    """A message without an end."""
    with target.unix() as connection:
        part = b"x" * (1 << 16)
        sent = 0
        while sent < FLOOD_BYTES and send_all(connection, part):
            sent += len(part)
            if sent % (1 << 22) == 0:
                target.look()
        if sent > 3 * CONTROL_MESSAGE_BYTES:
            raise Failed(f"{sent >> 20} MiB of one message were taken")


def control_slow_reader(target):
    """Asks again and again and reads nothing."""
    with target.unix() as connection:
        connection.settimeout(2)
        status = b'{"method":"org.liaison.Node.Status"}\0'
        begin = time.monotonic()
        while time.monotonic() - begin < 4 and send_all(connection, status * 500):
            target.look()


def control_half_message(target):
    with target.unix() as connection:
        send_all(connection, b'{"method":"org.liaison.Node.')
        time.sleep(0.2)
        target.node.status()
    with target.unix() as connection:
        send_all(connection, b'{"method":"org.liaison.Node.Tail","parameters":{"follow":true},"more":true}\0')


def control_too_many(target):
    connections = []
    try:
        refused = 0
        for _ in range(100):
            connection = target.unix()
            connections.append(connection)
        time.sleep(0.3)
        ready, _, _ = select.select(connections, [], [], 0)
        refused = len(ready)
        if refused < 100 - 32:
            raise Failed(f"of 100 clients at once only {refused} were refused")
    finally:
        for connection in connections:
            connection.close()
    wait_for("a client is served again", 5, lambda: target.node.run("status", expect=None)[0] == 0)


ATTACKS = [
    ("random bytes", random_bytes, "transport_"),
    ("garbage of the right length", garbage_of_right_length, "transport_"),
    ("right mac, wrong handshake", right_mac_wrong_noise, "transport_"),
    ("a truncated handshake, then silence", truncated_then_silent, "transport_handshakeTimeout"),
    ("one byte a second", one_byte_a_second, "transport_"),
    ("200 half-open connections", half_open_beyond_limits, "transport_tooManyHalfOpen"),
    ("64 MiB as fast as possible", flood, "transport_"),
    ("300 connections that go at once", abrupt, None),
    ("a connection that never speaks", floods.never_speaks, "transport_handshakeTimeout"),
    ("10,000 half-open connections", floods.ten_thousand_half_open, "transport_displaced"),
    ("a flood of handshakes", lambda target: floods.handshake_flood(target, with_mac), "transport_rateLimited"),
    ("a thousand reconnects a second", floods.reconnects, None),
    ("a peer that does not read", floods.peer_that_does_not_read, None),
    ("a peer above its rate", floods.over_its_rate, "rates.held-received"),
    ("control: garbage", control_garbage, "control."),
    ("control: wrong calls", control_wrong_calls, None),
    ("control: a message at the limit, and one above", control_at_limit, "control."),
    ("control: a message without end", control_oversized, "control."),
    ("control: half a message", control_half_message, None),
    ("control: a client that does not read", control_slow_reader, None),
    ("control: 100 clients", control_too_many, "control."),
]


def body():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seed", type=int, default=1, help="of what is drawn; another one searches")
    options = arguments.parse_args()
    print(f"seed {options.seed}", flush=True)
    network = Network(["nl", "be", "fr"])
    failures = 0
    try:
        for node in network:
            node.make()
            node.start()
        network.introduce()
        nl, be = network["nl"], network["be"]
        wait_for("all connected", CONNECT_SECONDS,
                 lambda: all(is_connected(node.status()) for node in network))
        target = Target(network, nl, be, random.Random(options.seed))
        target.exchange("before all")
        since = floods.peer(be, "nl")["since"]
        for name, attack, prefix in ATTACKS:
            before = target.counters()
            try:
                attack(target)
                grown, seconds = target.check_well(name, before)
                if prefix and not any(counter.startswith(prefix) for counter in grown):
                    raise Failed(f"no counter {prefix}… grew; there grew {grown}")
                print(f"{name}: refused; counted {', '.join(grown) or 'nothing'}; "
                      f"{target.node.resident_bytes() >> 20} MiB; a record each way in {seconds * 1000:.0f} ms", flush=True)
            except Failed as failure:
                failures += 1
                print(f"FAILED {name}: {failure}", flush=True)
                if not target.node.is_running():
                    break
        if floods.peer(be, "nl")["since"] != since:
            failures += 1
            print("FAILED: the peer's session did not last", flush=True)
        if failures:
            with open(nl.log_path, errors="replace") as log:
                print("".join(log.readlines()[-12:]))
            raise Failed(f"{failures} of {len(ATTACKS)} kinds of hostile input")
        seconds = nl.stop()
        print(f"{len(ATTACKS)} kinds of hostile input refused; at most {target.highest >> 20} MiB resident, "
              f"{target.first_resident >> 20} at the start; the peer's session lasted; the end took {seconds:.2f} s")
    finally:
        network.close()
    return 0


if __name__ == "__main__":
    main(body)
