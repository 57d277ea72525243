"""System calls of a running liaisond: counted, and made to fail, by strace."""
import os, re, signal, subprocess, time
from nodes import *

# What the store and the files beside it change a folder with. The daemon makes no plain write(2) to a file of its folder
# (only to its log, to pipes and to events); the sweep fails if it ever does, so that it is not left out in silence.
CALLS = ["pwrite64", "fsync", "fdatasync", "renameat", "ftruncate", "fallocate"]
WATCHED = CALLS + ["write", "rename", "renameat2"]
FAULTS = ["EIO", "ENOSPC", "SIGKILL"]
ATTACH_SECONDS = 10


def unable_to_trace():
    """Why nothing can be traced here; None if it can."""
    try:
        done = subprocess.run(["strace", "-o", os.devnull, "true"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except OSError as error:
        return error
    return done.stdout.decode(errors="replace").strip() or "strace fails" if done.returncode else None


class Trace:
    """One strace of a daemon, one file for each thread."""

    def __init__(self, folder, calls, fault=None, number=None):
        self.folder = folder
        os.makedirs(folder)
        self.process = None
        self.words = ["strace", "-f", "-ff", "-qq", "-y", "-s", "0", "-o", os.path.join(folder, "t"),
                      "-e", "trace=" + ",".join(calls), "-e", "signal=none"]
        if fault:
            how = "signal=SIGKILL" if fault == "SIGKILL" else f"error={fault}"
            self.words += ["-e", f"inject={calls[0]}:{how}:when={number}"]

    def prefix(self):
        """To start a daemon with: it stays the caller's own child."""
        return self.words + ["-D"]

    def attach(self, pid):
        """From here on; counting begins at 1 in each thread."""
        self.process = subprocess.Popen(self.words + ["-p", str(pid)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        tasks = f"/proc/{pid}/task"
        wait_for("strace to attach", ATTACH_SECONDS, lambda: all(
            self.is_traced(os.path.join(tasks, task)) for task in os.listdir(tasks)), every=0.01)

    @staticmethod
    def is_traced(task):
        with open(os.path.join(task, "status")) as file:
            return "TracerPid:\t0\n" not in file.read()

    def close(self):
        """strace ends with its tracee; this one waits for it, or lets go of a daemon that runs on."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def lines(self):
        """Of each thread, in its order."""
        threads = []
        for name in sorted(os.listdir(self.folder)):
            with open(os.path.join(self.folder, name), errors="replace") as file:
                threads.append(file.read().splitlines())
        return threads

    def counts(self, root):
        """The most calls of a kind that any thread made on files below a folder, but for its log."""
        most = {}
        for thread in self.lines():
            own = {}
            for line in thread:
                call = line.split("(", 1)[0]
                if root in line and ".log>" not in line:
                    own[call] = own.get(call, 0) + 1
            for call, count in own.items():
                most[call] = max(most.get(call, 0), count)
        return most

    def injected(self):
        """The call that was made to fail, with its file; None if none was."""
        for thread in self.lines():
            for line in thread:
                if "(INJECTED" in line:
                    return line
        return None


class TracedNode(Node):
    """A node that can be started under a trace."""

    def start(self, prefix=()):
        begin = os.path.getsize(self.log_path) if os.path.exists(self.log_path) else 0
        self.began = begin
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*prefix, binary("liaisond"), "--data", self.data, "--listen", self.address],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            said = self.said()
            found = re.search(r"listening on (\S+:\d+)", said)
            if found:
                self.address = found.group(1)
                return True
            if self.process.poll() is not None:
                return False
            time.sleep(0.01)
        raise Failed(f"liaisond of {self.name} did not listen within {START_SECONDS} s: {said.strip()}")

    def said(self):
        """What it said since it was started last."""
        with open(self.log_path, "rb") as log:
            log.seek(self.began)
            return log.read().decode(errors="replace")

    def complaints(self):
        """Lines of trouble since the last start."""
        return [line for line in self.said().splitlines()
                if re.search(r"Z (error|warning) ", line) or line.startswith("liaisond: ")]
