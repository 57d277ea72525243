"""A node whose disk is full, and one whose disk turns read-only, each on a small file system of its own.

Both need to mount. Where that is not possible they are skipped, with a message.
"""
import os, subprocess, time
from nodes import *

# Two journals and the reserve take 80 MiB of it; the ballast is more than the reserve, so that its removal makes room for one.
TMPFS_MEBIBYTES = 170
BALLAST_BYTES = 60 << 20
IMAGE_BYTES = 220 << 20
RECORD_BYTES = 60_000
RECORDS = 16
CONNECT_SECONDS = 30
FULL_SECONDS = 60
RESUME_SECONDS = 20
MOUNT_SECONDS = 10
# The largest write while a disk is filled up.
FILLING_BYTES = 1 << 20


def fill_up(path):
    """A file that takes the rest of its file system, to the last byte."""
    with open(path, "ab", buffering=0) as file:
        size = FILLING_BYTES
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2


class Mounted:
    """A file system mounted at a folder of its own."""

    def __init__(self, folder, *words):
        self.folder = folder
        self.words = words
        os.mkdir(folder)
        self.mount()

    def mount(self):
        """Writable, or not at all: a loop device that still goes away would give a read-only one for a moment."""
        end = time.monotonic() + MOUNT_SECONDS
        self.try_to_mount()
        while not self.is_mounted and "read-only" in self.said and time.monotonic() < end:
            time.sleep(0.2)
            self.try_to_mount()

    def try_to_mount(self):
        done = subprocess.run(["mount", "--rw", *self.words, self.folder], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.is_mounted = done.returncode == 0
        self.said = done.stdout.decode(errors="replace").strip()

    def unmount(self):
        if self.is_mounted:
            subprocess.run(["umount", self.folder], check=True)
            self.is_mounted = False


def skipped(what, why):
    print(f"skipped: {what}: {why}", flush=True)


def make(network, folder):
    """nl in a folder on the small disk, be beside it on the usual one."""
    network["nl"].data = os.path.join(folder, "nl")
    for node in network:
        node.make()
        node.start()
    # The one that dials learns of the other last, so that it is known when it comes.
    network["nl"].add_peer(network["be"], address=False)
    network["be"].add_peer(network["nl"])
    wait_for("both connected", CONNECT_SECONDS, lambda: all(is_connected(node.status()) for node in network))
    wait_for("both ready", CONNECT_SECONDS, lambda: all(node.status()["signing"] == "ready" for node in network))


class Writer:
    """Publishes large records from nl, and keeps what was printed."""

    def __init__(self, node):
        self.node = node
        self.number = 0
        self.acknowledged = {}

    def publish(self, count=RECORDS):
        records = []
        for _ in range(count):
            self.number += 1
            records.append(b'{"type":"load","n":%d,"pad":"%s"}' % (self.number, b"x" * RECORD_BYTES))
        code, out, err = self.node.run("publish", "--to", "all", "-", expect=None,
                                       stdin=b"\n".join(records) + b"\n")
        for line, record in zip(out.split(b"\n")[:-1], records):
            self.acknowledged[int(line.rsplit(b"/", 1)[1])] = record
        return code, out.count(b"\n"), err.decode(errors="replace")

    def until_refused(self, seconds):
        """Returns the exit status and what was said of the first publish that was not done."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            code, _, said = self.publish()
            if code != 0:
                return code, said
        raise Failed(f"publishing went on for {seconds} s")

    def check(self, *nodes):
        for node in nodes:
            held = node.records("nl/1")
            for index, record in self.acknowledged.items():
                if held.get(index) != record:
                    what = "is missing" if index not in held else "has other bytes"
                    raise Failed(f"nl/1/{index} was printed and {what} at {node.name}")


def alerts(node):
    with open(node.log_path, encoding="utf-8", errors="replace") as log:
        lines = log.read().splitlines()
    return [line for line in lines if "nothing new is taken" in line]


def holds(node, other):
    return vectors(node.status())["nl/1"] == vectors(other.status())["nl/1"]


def full_disk():
    """Publishing stops with one alert, serving goes on, and it resumes by itself when there is room."""
    network = Network(["nl", "be"])
    disk = None
    try:
        disk = Mounted(os.path.join(network.folder, "disk"), "-t", "tmpfs", "-o",
                       f"size={TMPFS_MEBIBYTES}m,mode=700", "liaison-full")
        if not disk.is_mounted:
            return skipped("full disk", disk.said)
        fill_and_resume(network, disk.folder)
    finally:
        network.kill()
        if disk:
            disk.unmount()
        network.close()


def fill_and_resume(network, folder):
    nl, be = network["nl"], network["be"]
    make(network, folder)
    ballast = os.path.join(folder, "ballast")
    with open(ballast, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, BALLAST_BYTES)
    # What replicates out after the disk is full was published while nobody took it.
    be.stop()
    writer = Writer(nl)
    code, said = writer.until_refused(FULL_SECONDS)
    if code != 75 or "full" not in said:
        raise Failed(f"publish on a full disk: exit {code}: {said}")
    code, printed, said = writer.publish()
    if code != 75 or printed:
        raise Failed(f"publish on a full disk the second time: exit {code}, {printed} entries: {said}")
    if nl.status()["signing"] != "full":
        raise Failed(f"status on a full disk: signing is {nl.status()['signing']}")
    be.start()
    wait_for("the full node to replicate out", CONNECT_SECONDS, lambda: holds(be, nl))
    writer.check(nl, be)
    time.sleep(3)
    if len(alerts(nl)) != 1:
        raise Failed(f"{len(alerts(nl))} alerts of one full disk: {alerts(nl)}")
    seconds = nl.stop()
    if nl.process.returncode != 0:
        raise Failed(f"a clean stop on a full disk: exit {nl.process.returncode}")
    audit(nl.data, [nl.card, be.card])
    nl.run("fsck")
    nl.start()
    writer.check(nl)
    os.remove(ballast)
    begin = time.monotonic()
    wait_for("publishing to resume", RESUME_SECONDS, lambda: writer.publish(1)[0] == 0)
    resumed = time.monotonic() - begin
    wait_for("the other node to have it", CONNECT_SECONDS, lambda: holds(be, nl))
    writer.check(nl, be)
    for node in network:
        node.stop()
        audit(node.data, [nl.card, be.card])
        node.run("fsck")
    print(f"full disk: {len(writer.acknowledged)} entries printed and there on both nodes; publishing stopped with 75 "
          f"and one alert, stop took {seconds:.1f} s, resumed {resumed:.1f} s after room was made", flush=True)


def read_only_disk():
    """The file system of a node turns read-only under load, as ext4 does when it finds itself damaged."""
    network = Network(["nl", "be"])
    disk = None
    try:
        image = os.path.join(network.folder, "image")
        with open(image, "wb") as file:
            file.truncate(IMAGE_BYTES)
        try:
            subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError) as error:
            return skipped("read-only disk", error)
        disk = Mounted(os.path.join(network.folder, "disk"), "-o", "loop,errors=remount-ro", image)
        if not disk.is_mounted:
            return skipped("read-only disk", disk.said)
        trigger = trigger_of(disk.folder)
        if trigger is None:
            return skipped("read-only disk", "this kernel has no trigger_fs_error")
        turn_and_return(network, disk, trigger)
    finally:
        network.kill()
        if disk:
            disk.unmount()
        network.close()


def trigger_of(folder):
    """The file that makes the kernel believe in an error of the file system."""
    device = os.stat(folder).st_dev
    name = os.path.basename(os.path.realpath(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}"))
    path = f"/sys/fs/ext4/{name}/trigger_fs_error"
    return path if os.access(path, os.W_OK) else None


def turn_and_return(network, disk, trigger):
    nl, be = network["nl"], network["be"]
    make(network, disk.folder)
    writer = Writer(nl)
    for _ in range(5):
        code, _, said = writer.publish()
        if code != 0:
            raise Failed(f"publish: exit {code}: {said}")
    with open(trigger, "w") as file:
        file.write("a test\n")
    code, said = writer.until_refused(FULL_SECONDS)
    code, printed, said = writer.publish()
    if code == 0 or printed:
        raise Failed(f"{printed} entries were acknowledged on a read-only disk")
    if nl.status()["signing"] != "failed" or len(alerts(nl)) != 1 or "read-only" not in alerts(nl)[0]:
        raise Failed(f"signing is {nl.status()['signing']}, and the alerts are {alerts(nl)}")
    # It goes on serving: one that begins anew gets everything.
    be.stop()
    be.start()
    wait_for("the node to serve from a read-only disk", CONNECT_SECONDS, lambda: holds(be, nl))
    writer.check(nl, be)
    nl.stop()
    disk.unmount()
    disk.mount()
    if not disk.is_mounted:
        raise Failed(f"the image cannot be mounted again: {disk.said}")
    nl.start()
    wait_for("signing after the restart", CONNECT_SECONDS, lambda: nl.status()["signing"] == "ready")
    writer.check(nl, be)
    code, _, said = writer.publish()
    if code != 0:
        raise Failed(f"publish after the restart: exit {code}: {said}")
    wait_for("the other node to have it", CONNECT_SECONDS, lambda: holds(be, nl))
    for node in network:
        node.stop()
        audit(node.data, [nl.card, be.card])
        node.run("fsck")
    print(f"read-only disk: {len(writer.acknowledged)} entries printed and there on both nodes; publishing stopped with "
          f"one alert, serving went on", flush=True)
