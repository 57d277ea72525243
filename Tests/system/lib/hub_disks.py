"""The small disk that a hub's folder lies on in check_hub.py: it gets full, or turns read-only as ext4 does when it finds itself damaged."""
import os, subprocess
from full_disks import Mounted, fill_up, trigger_of
from nodes import Failed

# The two journals of the consultation log and its reserve take 80 MiB.
MEBIBYTES = 128


class HubDisk:
    """A file system of its own for a hub, where that can be mounted; else a folder, and neither full nor read-only."""

    def __init__(self, folder, can_turn):
        """`can_turn`: it is to turn read-only, so that it has to be ext4."""
        self.folder = folder + "/disk"
        self.hub = self.folder + "/hub"
        self.disk = None
        self.trigger = None
        self.ballast = self.folder + "/ballast"
        if can_turn:
            self.mount_image(folder + "/image")
        else:
            self.disk = Mounted(self.folder, "-t", "tmpfs", "-o", f"size={MEBIBYTES}m,mode=700", "liaison-hub")
        self.can_fill = self.disk is not None and self.disk.is_mounted and not can_turn
        if not self.can_fill and not self.trigger:
            print(f"skipped: full and read-only disks of a hub: {self.disk.said if self.disk else 'no ext4'}", flush=True)

    def mount_image(self, image):
        with open(image, "wb") as file:
            file.truncate(MEBIBYTES << 20)
        try:
            subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError):
            os.mkdir(self.folder)
            return
        self.disk = Mounted(self.folder, "-o", "loop,errors=remount-ro", image)
        if self.disk.is_mounted:
            self.trigger = trigger_of(self.folder)

    def fill(self):
        fill_up(self.ballast)

    def clear(self):
        os.remove(self.ballast)

    def turn_read_only(self):
        with open(self.trigger, "w") as file:
            file.write("a test\n")

    def turn_back(self):
        """Mounted anew: nobody has a file of it open."""
        self.disk.unmount()
        self.disk.mount()
        if not self.disk.is_mounted:
            raise Failed(f"the hub's disk cannot be mounted again: {self.disk.said}")
        # It may be another device now.
        self.trigger = trigger_of(self.folder)

    def close(self):
        if self.disk:
            self.disk.unmount()
