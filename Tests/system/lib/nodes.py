"""Real nodes on loopback, for the quickstart and for the checks. Python's standard library alone.

A `Network` owns a temporary folder and the processes that it started, and ends only those. The binaries come from
the folder in LIAISON_BIN.
"""
import itertools, json, os, re, secrets, shutil, signal, socket, subprocess, sys, tempfile, time

START_SECONDS = 20
STOP_SECONDS = 10
COMMAND_SECONDS = 60


class Failed(Exception):
    """Something that must be was not; the message is for whoever ran the script."""


def binary(name):
    folder = os.environ.get("LIAISON_BIN")
    if not folder:
        raise Failed("LIAISON_BIN does not name the folder with the binaries; run the script in Deploy")
    path = os.path.join(folder, name)
    if not os.access(path, os.X_OK):
        raise Failed(f"{path} is not there; build first: ./Deploy/quickstart.sh --once")
    return path


# Checks that run beside each other have ports of their own: none takes that of a node which is down for a moment.
has_own_ports = "LIAISON_PORTS" in os.environ
ports = itertools.count(int(os.environ["LIAISON_PORTS"])) if has_own_ports else itertools.repeat(0)


def free_port():
    """Of one's own ports the next one that nobody has, else any."""
    for port in ports:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]


def run(arguments, expect=0, stdin=None, timeout=COMMAND_SECONDS):
    """Runs a binary; returns its standard output as bytes. `expect` None: any exit status, returned with both outputs."""
    try:
        done = subprocess.run(
            [binary(arguments[0])] + arguments[1:], input=stdin if stdin is not None else b"",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout)
    except subprocess.TimeoutExpired:
        raise Failed(f"{' '.join(arguments)}: no end after {timeout} s")
    if expect is None:
        return done.returncode, done.stdout, done.stderr
    if done.returncode != expect:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise Failed(f"{' '.join(arguments)}: exit {done.returncode}, not {expect}: {said}")
    return done.stdout


class Refused(Failed):
    """A call on a socket was answered with an error."""

    def __init__(self, reply):
        super().__init__(json.dumps(reply))
        self.error = reply["error"]


def varlink(path, method, parameters):
    """One call, without the tool and what it checks; returns the reply's parameters."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(COMMAND_SECONDS)
        try:
            connection.connect(path)
            connection.sendall(json.dumps({"method": method, "parameters": parameters}).encode() + b"\0")
            said = b""
            while not said.endswith(b"\0"):
                more = connection.recv(1 << 18)
                if not more:
                    raise Failed(f"{path} was closed at {method}: {said[:200]}")
                said += more
        except OSError as error:
            raise Failed(f"{path}: {method}: {error}")
    reply = json.loads(said[:-1])
    if "error" in reply:
        raise Refused(reply)
    return reply.get("parameters", {})


def end_in_order(program, what, number=signal.SIGTERM, seconds=STOP_SECONDS):
    """Asks a program with a `process` to end; one that does not is killed, and a failure."""
    program.process.send_signal(number)
    try:
        program.process.wait(seconds)
    except subprocess.TimeoutExpired:
        program.kill()
        raise Failed(f"{what} did not end within {seconds} s of {number.name}")


class Node:
    def __init__(self, network, name):
        self.network = network
        self.name = name
        self.data = os.path.join(network.folder, name)
        self.card = os.path.join(network.folder, f"{name}.card")
        self.log_path = os.path.join(network.folder, f"{name}.log")
        self.address = f"127.0.0.1:{free_port() if has_own_ports else 0}"
        self.process = None
        # Further words of its command line.
        self.options = []

    def make(self):
        passphrase = os.path.join(self.network.folder, f"{self.name}.passphrase")
        with open(os.open(passphrase, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24) + "\n")
        said = run(["liaison", "init", "--name", self.name, "--data", self.data,
                    "--passphrase-file", passphrase])
        with open(self.card, "wb") as file:
            file.write(run(["liaison", "card", "--data", self.data]))
        return said.decode()

    def start(self):
        """Starts the daemon. The first time any free port is taken, and later the same one."""
        begin = os.path.getsize(self.log_path) if os.path.exists(self.log_path) else 0
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [binary("liaisond"), "--data", self.data, "--listen", self.address, *self.options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with open(self.log_path, "rb") as log:
                log.seek(begin)
                said = log.read().decode(errors="replace")
            found = re.search(r"listening on (\S+:\d+)", said)
            if found:
                self.address = found.group(1)
                return
            if self.process.poll() is not None:
                raise Failed(f"liaisond of {self.name} ended with {self.process.returncode}: {said.strip()}")
            time.sleep(0.01)
        raise Failed(f"liaisond of {self.name} did not listen within {START_SECONDS} s: {said.strip()}")

    @property
    def port(self):
        return int(self.address.rsplit(":", 1)[1])

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        """SIGTERM; returns how many seconds it took. A daemon that does not end is a failure."""
        if not self.is_running():
            return 0.0
        begin = time.monotonic()
        end_in_order(self, f"liaisond of {self.name}")
        return time.monotonic() - begin

    def kill(self):
        if self.is_running():
            self.process.kill()
            self.process.wait()

    def command(self, *arguments):
        """The verb's words with this node's folder."""
        return ["liaison", *arguments, "--data", self.data]

    def run(self, *arguments, **options):
        return run(self.command(*arguments), **options)

    def call(self, method, **parameters):
        """A method of the control socket."""
        return varlink(os.path.join(self.data, "control.socket"), f"org.liaison.Node.{method}", parameters)

    def show(self, entry):
        return self.call("Show", entry=entry)

    def status(self):
        return json.loads(self.run("status", "--json"))

    def add_peer(self, other, address=True):
        words = ["peer", "add", other.card] + (["--address", other.address] if address else [])
        self.run(*words)

    def records(self, origin):
        """Entry and exact bytes of every record of a log that this node can open, by index."""
        found = {}
        for line in self.run("tail", "--json").splitlines():
            entry, record = split_tail(line)
            if entry.startswith(origin + "/"):
                found[int(entry.rsplit("/", 1)[1])] = record
        return found

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        raise Failed(f"no VmRSS of {self.name}")


def split_tail(line):
    """One line of `tail --json`: the entry, and the record's bytes as they stand in the line."""
    value = json.loads(line)
    begin = line.index(b'"record":') + len(b'"record":')
    return value["entry"], line[begin:].rstrip(b"\n")[:-1]


class Network:
    def __init__(self, names):
        # The path of a Unix socket holds at most 107 bytes.
        parent = tempfile.gettempdir()
        self.folder = tempfile.mkdtemp(prefix="liaison-", dir=parent if len(parent) < 60 else "/tmp")
        self.nodes = {name: Node(self, name) for name in names}

    def __getitem__(self, name):
        return self.nodes[name]

    def __iter__(self):
        return iter(self.nodes.values())

    def introduce(self, dialled=lambda node, other: True):
        """Gives each node the card of each other one."""
        for node in self:
            for other in self:
                if node is not other:
                    node.add_peer(other, address=dialled(node, other))

    def kill(self):
        """Ends what still runs, by process."""
        for node in self:
            node.kill()

    def close(self):
        """Ends what still runs and removes the folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def wait_for(what, seconds, check, every=0.05):
    """Calls `check` until it gives something true, and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failed(f"{what}: not within {seconds} s")
        time.sleep(every)


def sizes(status):
    return {log["origin"]: log["size"] for log in status["logs"]}


def vectors(status):
    """What must be equal on two nodes that have the same."""
    return {log["origin"]: (log["size"], log["root"]) for log in status["logs"]}


def is_connected(status):
    return all(peer["state"] == "connected" for peer in status["peers"])


def audit(folder, cards, expect=0):
    """Runs liaison-audit and returns its text; `expect` None: the exit status and the text."""
    words = ["liaison-audit", "verify", folder]
    for card in cards:
        words += ["--key", card]
    code, out, err = run(words, expect=None, timeout=120)
    text = (out + err).decode(errors="replace")
    if expect is None:
        return code, text
    if code != expect:
        raise Failed(f"{' '.join(words)}: exit {code}, not {expect}:\n{text}")
    return text


SECOND_VERIFIER = os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "interop", "verify_log.py")


def second_opinion(folder, cards):
    """What the verifier in Python says: exit status and last line. None where python3-cryptography is missing."""
    python = "/usr/bin/python3"
    try:
        subprocess.run([python, "-c", "import cryptography"], check=True, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return None
    words = [python, SECOND_VERIFIER, folder]
    for card in cards:
        words += ["--key", card]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120)
    said = done.stdout.decode(errors="replace").strip().splitlines()
    return done.returncode, said[-1] if said else ""


def main(body):
    """Runs `body`, turns SIGTERM into an orderly end, and a failure into one sentence and exit status 1."""

    def on_terminate(number, frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, on_terminate)
    try:
        sys.exit(body())
    except Failed as failure:
        sys.stdout.flush()
        print(f"FAILED: {failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
