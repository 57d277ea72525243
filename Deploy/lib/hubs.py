"""Real hubs beside real nodes, for the quickstart and for the checks."""
import json, os, signal, subprocess, time
from nodes import Failed, STOP_SECONDS, binary, run, varlink

START_SECONDS = 30


def looks_audit(hub, holder, nodes):
    """The command that verifies a hub's looks against its node's log, in the copy that another node holds."""
    log = next(log["id"] for log in hub.node.status()["logs"] if log["own"])
    return ["liaison-audit", "looks", hub.folder + "/consultations", "--anchors", hub.folder + "/looks.1.anchors",
            "--log", f"{holder.data}/logs/{log}"] + [word for node in nodes for word in ("--key", node.data + "/node.card")]


class Hub:
    """The liaison-hub of one node, with a folder of its own beside the node's."""

    def __init__(self, node, folder=None):
        self.node = node
        self.folder = folder or node.data + "-hub"
        self.log_path = self.folder + ".log"
        self.process = None
        # What its command line begins with: another user, say.
        self.prefix = []

    def launch(self):
        """Without waiting for it: it may not come up."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, binary("liaison-hub"), "--data", self.node.data, "--hub", self.folder],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def start(self):
        self.launch()
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Failed(f"liaison-hub of {self.node.name} ended with {self.process.returncode}: {self.said()}")
            code, out, _ = run(["liaison", "hub", "status", "--json", "--hub", self.folder], expect=None)
            if code == 0:
                return json.loads(out)
            time.sleep(0.02)
        raise Failed(f"liaison-hub of {self.node.name} did not answer within {START_SECONDS} s: {self.said()}")

    def said(self):
        try:
            with open(self.log_path, errors="replace") as log:
                return log.read()[-2000:].strip()
        except OSError:
            return ""

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        if not self.is_running():
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failed(f"liaison-hub of {self.node.name} did not end within {STOP_SECONDS} s of SIGTERM")

    def kill(self):
        if self.is_running():
            self.process.kill()
            self.process.wait()

    def command(self, *words, look=("--purpose", "ct", "--reason", "quickstart")):
        return ["liaison", *words, *look, "--hub", self.folder]

    def lines(self, *words, **options):
        """What a verb prints with --json, line by line."""
        out = run(self.command(*words, "--json", **options))
        return [json.loads(line) for line in out.splitlines()]

    def call(self, method, **parameters):
        return varlink(os.path.join(self.folder, "hub.socket"), f"org.liaison.Hub.{method}", parameters)

    def status(self):
        return json.loads(run(["liaison", "hub", "status", "--json", "--hub", self.folder]))
