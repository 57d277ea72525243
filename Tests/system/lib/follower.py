"""A program that prints a line of JSON for each thing that happens: `liaison alerts --follow --json`, for the checks."""
import json, queue, subprocess, threading, time
from nodes import Failed, binary


class Follower:
    """Its lines, as they come. What it was told, and when, stays in `lines`."""

    def __init__(self, words):
        self.process = subprocess.Popen([binary(words[0]), *words[1:]], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, start_new_session=True)
        self.queue = queue.Queue()
        self.lines = []
        self.began = time.monotonic()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.queue.put((time.monotonic(), json.loads(line)))

    def start(self):
        """From now on `seconds_since_start` counts."""
        self.began = time.monotonic()

    def seconds_since_start(self):
        """Until the last line that was waited for came; 0 where it came before."""
        return max(0.0, self.last - self.began)

    def next(self, seconds, is_right):
        """The next line that is right; others are passed over, and stay in `lines`."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.last, line = self.queue.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise Failed(f"{' '.join(self.process.args)} did not tell within {seconds} s; it told {self.lines[-3:]}")
            self.lines.append(line)
            if is_right(line):
                return line

    def stop(self):
        self.process.kill()
        self.process.wait()
