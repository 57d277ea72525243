"""Load: one `liaison publish --stream` that gets a record at a time."""
import json, os, subprocess, threading, time
from nodes import Failed, binary

STREAM_SECONDS = 60


class Stream(threading.Thread):
    """Publishes until told to finish; knows what was acknowledged."""

    def __init__(self, node, to, record, rate):
        """`record`: makes one from an id. `rate`: at most so many a second."""
        super().__init__(daemon=True)
        self.node = node
        self.record = record
        self.rate = rate
        self.sent = []
        self.ending = threading.Event()
        self.output = os.path.join(node.network.folder, f"{node.name}.stream")
        words = node.command("publish", "--stream", "--to", to)
        with open(self.output, "wb") as out, open(self.output + ".said", "wb") as said:
            self.process = subprocess.Popen(
                [binary(words[0])] + words[1:], stdin=subprocess.PIPE, stdout=out, stderr=said, start_new_session=True)
        self.start()

    def run(self):
        begin = time.monotonic()
        try:
            while not self.ending.is_set():
                time.sleep(max(0, begin + len(self.sent) / self.rate - time.monotonic()))
                record = self.record(f"{self.node.name}-{len(self.sent)}")
                # Before it is written: it may be acknowledged at once.
                self.sent.append(record)
                self.process.stdin.write((json.dumps(record) + "\n").encode())
                self.process.stdin.flush()
            self.process.stdin.close()
        except OSError:
            pass

    def entries(self):
        with open(self.output) as file:
            # A last line without its end was not printed.
            return file.read().split("\n")[:-1]

    def wait_for_more(self, seconds):
        """Goes on for so long; it must have come further."""
        before = len(self.entries())
        time.sleep(seconds)
        if len(self.entries()) == before:
            raise Failed(f"{self.node.name} published nothing for {seconds} s: {self.said()}")

    def finish(self):
        """The acknowledged records by entry: all that were sent."""
        self.ending.set()
        self.join(STREAM_SECONDS)
        try:
            code = self.process.wait(STREAM_SECONDS)
        except subprocess.TimeoutExpired:
            raise Failed(f"the publishing of {self.node.name} does not end: {self.said()}")
        entries = self.entries()
        if code != 0 or len(entries) != len(self.sent):
            raise Failed(
                f"{self.node.name}: exit {code}, {len(entries)} of {len(self.sent)} acknowledged: {self.said()}")
        return dict(zip(entries, self.sent))

    def said(self):
        with open(self.output + ".said", errors="replace") as file:
            return file.read()[-2000:].strip()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
