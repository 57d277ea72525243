"""Real hubs beside real nodes, for the quickstart and for the checks."""
import json, os, signal, subprocess, time
from hub_tables import Files
from nodes import binary, end_in_order, run, varlink

START_SECONDS = 30


def looks_audit(hub, holder, nodes):
    """The command that verifies a hub's looks against its node's log, in the copy that another node holds."""
    log = next(log["id"] for log in hub.node.status()["logs"] if log["own"])
    return ["liaison-audit", "looks", hub.folder + "/consultations", "--anchors", hub.folder + "/looks.1.anchors",
            "--log", f"{holder.data}/logs/{log}"] + [word for node in nodes for word in ("--key", node.data + "/node.card")]


class Hub:
    """The liaison-hub of one node, with a folder of its own beside the node's."""

    def __init__(self, node, folder=None, tables=None):
        """`tables`: where it keeps them, if not in files of its folder."""
        self.node = node
        self.folder = folder or node.data + "-hub"
        self.tables = tables or Files(self.folder)
        self.log_path = self.folder + ".log"
        self.process = None
        # What its command line begins with: another user, say.
        self.prefix = []

    def launch(self):
        """Without waiting for it: it may not come up."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, binary("liaison-hub"), "--data", self.node.data, "--hub", self.folder, *self.tables.options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def start(self):
        self.launch()
        if not self.comes_up():
            raise Failed(f"liaison-hub of {self.node.name} ended with {self.process.returncode}: {self.said()}")

    def comes_up(self):
        """Waits until it answers; false: it ended."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return False
            if run(["liaison", "hub", "status", "--json", "--hub", self.folder], expect=None)[0] == 0:
                return True
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
        end_in_order(self, f"liaison-hub of {self.node.name}")

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
