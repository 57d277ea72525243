"""Whether one bad thing takes what all share: idle connections of strangers, an address of a peer that leads nowhere or back here,
too few descriptors, a wall clock that is set. Each on real nodes of loopback.
"""
import argparse, os, shutil, socket, subprocess, threading, time
from nodes import *

CONNECT_SECONDS = 30
HELD = 72
SOURCES = 18
DESCRIPTORS = 40
REPLICA_SECONDS = 60

CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
/* Moves the wall clock by the seconds in the file CLOCK_FILE, which is read at each call. */
int clock_gettime(clockid_t clock, struct timespec *now) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, now);
  if (result || clock != CLOCK_REALTIME) return result;
  char text[32] = {0};
  int file = open(getenv("CLOCK_FILE"), O_RDONLY | O_CLOEXEC);
  if (file >= 0 && read(file, text, sizeof text - 1) > 0) now->tv_sec += atoll(text);
  if (file >= 0) close(file);
  return result;
}
"""


def pair():
    network = Network(["nl", "be"])
    for node in network:
        node.make()
    return network, network["nl"], network["be"]


def start(node, listen=None, prefix=(), env=None):
    """As `Node.start`, on another address, under another program, or with other variables."""
    port = free_port()
    node.address = f"127.0.0.1:{port}"
    with open(node.log_path, "ab") as log:
        node.process = subprocess.Popen(
            [*prefix, binary("liaisond"), "--data", node.data, "--listen", f"{listen or '127.0.0.1'}:{port}"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env={**os.environ, **(env or {})})
    wait_for(f"{node.name} listens", START_SECONDS, lambda: "listening on" in said(node))


def said(node):
    with open(node.log_path, "rb") as log:
        return log.read().decode(errors="replace")


class Holders:
    """Connections that never speak, opened again as soon as one is closed."""

    def __init__(self, port):
        self.port, self.ending = port, threading.Event()
        self.connections = [self.connect(number) for number in range(HELD)]
        self.thread = threading.Thread(target=self.hold, daemon=True)
        self.thread.start()

    def connect(self, number):
        connection = socket.socket()
        connection.settimeout(1)
        connection.bind((f"127.9.0.{1 + number % SOURCES}", 0))
        try:
            connection.connect(("127.0.0.1", self.port))
        except OSError:
            pass
        connection.setblocking(False)
        return connection

    def hold(self):
        while not self.ending.is_set():
            for number, connection in enumerate(self.connections):
                try:
                    if connection.recv(1):
                        continue
                except BlockingIOError:
                    continue
                except OSError:
                    pass
                connection.close()
                self.connections[number] = self.connect(number)
            time.sleep(0.02)

    def close(self):
        self.ending.set()
        self.thread.join()
        for connection in self.connections:
            connection.close()


def gate():
    """Idle connections of strangers keep out neither a peer that is known by its address nor one that is known by none."""
    for listen, known in (("[::]", True), ("127.0.0.1", False)):
        network, nl, be = pair()
        try:
            start(nl, listen=listen)
            nl.run("peer", "add", be.card, *(["--address", "127.0.0.1:9"] if known else []))
            be.add_peer(nl)
            holders = Holders(nl.port)
            try:
                time.sleep(0.5)
                begin = time.monotonic()
                start(be)
                wait_for(f"a peer gets through {HELD} idle connections", CONNECT_SECONDS, lambda: is_connected(be.status()))
                print(f"  gate on {listen}, peer {'known' if known else 'not known'} by its address: connected after "
                      f"{time.monotonic() - begin:.1f} s beside {HELD} idle connections", flush=True)
            finally:
                holders.close()
        finally:
            network.close()


def addresses():
    """A name with a bad address first, in /etc/hosts, where the name service has nothing to say."""
    if subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode != 0:
        return print("skipped: addresses of a name: no mount namespace can be made here", flush=True)
    network, nl, be = pair()
    try:
        start(be)
        be.run("peer", "add", nl.card)
        nl.run("peer", "add", be.card, "--address", f"be.test:{be.port}")
        # The first accepts nothing, the second is silent: nobody is behind it. The third is the peer's.
        silent = socket.socket()
        silent.bind(("127.0.0.8", be.port))
        silent.listen(1)
        hosts = os.path.join(network.folder, "hosts")
        with open(hosts, "w") as file:
            file.write("127.0.0.7 be.test\n127.0.0.8 be.test\n127.0.0.1 localhost be.test\n")
        begin = time.monotonic()
        start(nl, prefix=["unshare", "-m", "sh", "-c", f'mount --bind "{hosts}" /etc/hosts && exec "$0" "$@"'])
        wait_for("the third address of a name is reached", CONNECT_SECONDS, lambda: is_connected(nl.status()))
        print(f"  addresses: the third one of a name was reached after {time.monotonic() - begin:.1f} s; one refused, one was silent",
              flush=True)
        silent.close()
    finally:
        network.close()


def itself():
    network, nl, be = pair()
    try:
        start(nl)
        nl.run("peer", "add", be.card, "--address", nl.address)
        wait_for("a node that dials itself says so", CONNECT_SECONDS, lambda: any(
            "leads back to this node itself" in (peer.get("why") or "") for peer in nl.status()["peers"]))
        time.sleep(2)
        if said(nl).count("leads back") != 1:
            raise Failed(f"it is said more than once: {said(nl)}")
        print("  itself: a node that dials itself says so, once", flush=True)
    finally:
        network.close()


def descriptors():
    """Clients and strangers take what descriptors there are: a peer's entries arrive all the same, and nothing is called damaged."""
    network, nl, be = pair()
    try:
        start(nl, prefix=["prlimit", f"--nofile={DESCRIPTORS}"])
        nl.run("peer", "add", be.card)
        be.add_peer(nl)
        start(be)
        wait_for("connected", CONNECT_SECONDS, lambda: is_connected(be.status()))
        held = []
        try:
            os.chdir(nl.data)
            for number in range(92):
                connection = socket.socket(socket.AF_UNIX if number < 32 else socket.AF_INET)
                connection.setblocking(False)
                try:
                    connection.connect("control.socket" if number < 32 else ("127.0.0.1", nl.port))
                except OSError:
                    pass
                held.append(connection)
            os.chdir("/")
            time.sleep(1)
            used = len(os.listdir(f"/proc/{nl.process.pid}/fd"))
            if used > DESCRIPTORS:
                raise Failed(f"{used} descriptors are in use, of {DESCRIPTORS}")
            records = b"".join(b'{"type":"x","n":%d}\n' % number for number in range(2000))
            be.run("publish", "--to", "nl", "--replicas", "1", "-", stdin=records)
        finally:
            for connection in held:
                connection.close()
        wait_for("the node answers its operator", CONNECT_SECONDS, lambda: nl.run("status", expect=None)[0] == 0)
        nl.run("publish", "--to", "be", "-", stdin=b'{"type":"after"}\n')
        for word in ("damage", "checksum", "mended", "failed"):
            if word in said(nl):
                raise Failed(f"a shortage of descriptors was taken for damage: {said(nl)}")
        nl.stop()
        nl.run("fsck")
        print(f"  descriptors: {used} of {DESCRIPTORS} in use beside 92 connections; 2,000 entries arrived, nothing was called damaged",
              flush=True)
    finally:
        os.chdir("/")
        network.close()


def clock():
    """The wall clock steps back an hour while a publish waits for replicas: it is answered when its minute is over. Another one works."""
    if not shutil.which("gcc") and not shutil.which("cc"):
        return print("skipped: clock: no C compiler", flush=True)
    network, nl, be = pair()
    try:
        source, shim, shift = (os.path.join(network.folder, name) for name in ("clock.c", "clock.so", "shift"))
        with open(source, "w") as file:
            file.write(CLOCK)
        subprocess.run([shutil.which("gcc") or "cc", "-O1", "-shared", "-fPIC", "-o", shim, source, "-ldl"], check=True)
        with open(shift, "w") as file:
            file.write("0")
        start(nl, env={"LD_PRELOAD": shim, "CLOCK_FILE": shift})
        nl.run("publish", "--to", "nl", "-", stdin=b'{"type":"x"}\n')
        nl.run("peer", "add", be.card)
        begin = time.monotonic()
        waiting = subprocess.Popen(
            [binary("liaison"), "publish", "--to", "nl", "--replicas", "1", "--data", nl.data, "-"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        waiting.stdin.write(b'{"type":"x"}\n')
        waiting.stdin.close()
        time.sleep(1)
        with open(shift, "w") as file:
            file.write("-3600")
        # The author's own clock is behind its newest entry now.
        nl.run("publish", "--to", "nl", "-", stdin=b'{"type":"x"}\n')
        try:
            code = waiting.wait(REPLICA_SECONDS + 20)
        except subprocess.TimeoutExpired:
            waiting.kill()
            raise Failed(f"a publish waits on after {REPLICA_SECONDS + 20} s, since the clock stepped back")
        seconds = time.monotonic() - begin
        if code != 75 or seconds < REPLICA_SECONDS - 2:
            raise Failed(f"the publish ended with {code} after {seconds:.0f} s: {waiting.stderr.read().decode()}")
        print(f"  clock: stepped back an hour; a wait of a minute took {seconds:.0f} s, and publishing went on", flush=True)
    finally:
        network.close()


CHECKS = {"gate": gate, "addresses": addresses, "itself": itself, "descriptors": descriptors, "clock": clock}


def body():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--only", choices=list(CHECKS))
    arguments.add_argument("--quick", action="store_true", help="without the one that waits for a minute")
    options = arguments.parse_args()
    for name, check in CHECKS.items():
        if options.only in (None, name) and not (options.quick and check is clock):
            check()
    print("strangers, addresses, names, descriptors and clocks that are bad: well")
    return 0


if __name__ == "__main__":
    main(body)
