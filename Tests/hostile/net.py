"""Throw-away nodes on loopback. Every process is ended by its own id; nothing else is ever signalled.

LIAISON_BIN names the folder with the programs (default: .build/release).
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

BIN = os.environ.get("LIAISON_BIN") or os.path.abspath(".build/release")
WORK = os.path.join(tempfile.gettempdir(), "liaison-hostile")
os.makedirs(WORK, exist_ok=True)


def run(*arguments, expect=0, stdin=b"", timeout=120):
    """Runs one of the programs. expect: its exit status; None takes any."""
    done = subprocess.run(
        [os.path.join(BIN, arguments[0]), *arguments[1:]], input=stdin, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, timeout=timeout, check=False)
    if expect is not None and done.returncode != expect:
        raise RuntimeError("%s: %d: %s" % (arguments, done.returncode, done.stderr.decode()[-500:]))
    return done


def wait(check, seconds=15):
    """The first true answer of `check`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = check()
        if value:
            return value
        time.sleep(0.1)
    raise RuntimeError("nothing came within %d s" % seconds)


class Node:
    def __init__(self, root, name, port, listen="127.0.0.1"):
        self.root, self.name, self.port = root, name, port
        self.data = os.path.join(root, name)
        self.card, self.log = "%s/%s.card" % (root, name), "%s/%s.log" % (root, name)
        self.passphrase = "%s/%s.pp" % (root, name)
        self.listen, self.p = "%s:%d" % (listen, port), None

    @property
    def address(self):
        return "127.0.0.1:%d" % self.port

    def recovery(self, epoch=2):
        return "%s.recovery%s" % (self.data, "" if epoch == 2 else "-%d" % epoch)

    def make(self, *more):
        with open(self.passphrase, "w", encoding="ascii") as file:
            file.write("correct horse\n")
        run("liaison", "init", "--name", self.name, "--data", self.data, "--passphrase-file",
            self.passphrase, *more)
        self.write_card()

    def write_card(self):
        with open(self.card, "wb") as file:
            file.write(run("liaison", "card", "--data", self.data).stdout)

    def start(self, env=None):
        file = open(self.log, "ab")
        begin = file.tell()
        self.p = subprocess.Popen(
            [os.path.join(BIN, "liaisond"), "--data", self.data, "--listen", self.listen],
            stdin=subprocess.DEVNULL, stdout=file, stderr=file, env={**os.environ, **(env or {})})
        file.close()

        def listens():
            if self.p.poll() is not None:
                raise RuntimeError(self.said()[-800:])
            return "listening on" in self.said()[begin:]
        wait(listens, 20)

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self):
        if self.p and self.p.poll() is None:
            os.kill(self.p.pid, signal.SIGTERM)
            try:
                self.p.wait(8)
            except subprocess.TimeoutExpired:
                os.kill(self.p.pid, signal.SIGKILL)
                self.p.wait()

    def cli(self, *arguments, **options):
        return run("liaison", *arguments, "--data", self.data, **options)

    def status(self):
        return json.loads(self.cli("status", "--json").stdout)

    def peer(self, other, address=None, *more):
        self.cli("peer", "add", other.card, *(["--address", address] if address else []), *more)

    def release(self):
        """Signs without waiting for peers."""
        self.cli("signing", "release", "--yes", expect=None)
        wait(lambda: self.status()["signing"] == "ready")

    def publish(self, to, record=b'{"type":"x"}', expect=0, *more):
        return self.cli(
            "publish", "--to", to, "-", *more, stdin=record + b"\n", expect=expect)

    def control(self, method, params=None, timeout=120, **more):
        """One call on the control socket, its answer as it came."""
        call = {"method": method, **more}
        if params is not None:
            call["parameters"] = params
        answer = b""
        with socket.socket(socket.AF_UNIX) as stream:
            stream.settimeout(timeout)
            stream.connect("%s/control.socket" % self.data)
            stream.sendall(json.dumps(call).encode() + b"\0")
            while not answer.endswith(b"\0"):
                part = stream.recv(1 << 20)
                if not part:
                    raise ConnectionError("the daemon ended the connection")
                answer += part
        return json.loads(answer[:-1])

    def rss_mib(self):
        with open("/proc/%d/status" % self.p.pid, encoding="ascii") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) // 1024
        return 0

    def cpu_seconds(self):
        with open("/proc/%d/stat" % self.p.pid, encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def connected(self, other):
        return any(
            peer["name"] == other and peer["state"] == "connected" for peer in self.status()["peers"])

    def has_log(self, origin, size=1):
        return any(
            log["origin"] == origin and log["size"] >= size for log in self.status()["logs"])


class Prober(threading.Thread):
    """Measures how long a trivial control call takes, all the time."""

    def __init__(self, node):
        super().__init__(daemon=True)
        self.node, self.all, self.on = node, [], True

    def stop(self):
        self.on = False
        self.join()

    def is_well(self, limit):
        """Whether there were calls, none failed, and none took longer."""
        return bool(self.all) and all(isinstance(took, float) and took < limit for took in self.all)

    @property
    def worst(self):
        return max([seconds for seconds in self.all if isinstance(seconds, float)], default=0.0)

    def run(self):
        while self.on:
            begin = time.monotonic()
            try:
                self.node.control("org.liaison.Node.Peers")
                self.all.append(time.monotonic() - begin)
            except Exception as error:  # A node that ended is a finding of the test, not of this thread.
                self.all.append(repr(error))
                time.sleep(0.2)
            time.sleep(0.02)


class Findings:
    """What a script checked; `end` gives its exit status."""

    def __init__(self):
        self.failed = 0

    def check(self, good, what):
        print("%s %s" % ("ok  " if good else "FAIL", what), flush=True)
        self.failed += not good
        return good

    def end(self):
        sys.exit(1 if self.failed else 0)


def network(name, nodes, port):
    """Fresh nodes in a folder of that name, listening from `port` on."""
    root = os.path.join(WORK, name)
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(root)
    made = {node: Node(root, node, port + number) for number, node in enumerate(nodes)}
    for node in made.values():
        node.make()
    return made
