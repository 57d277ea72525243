"""What happens to others' users, tried on Liaison: each check is one kind of trouble, on throw-away nodes of its own folder."""
import fcntl, pty, shutil as files, struct, termios, threading
from nodes import *

PASSPHRASE = b"several words of a phrase\n"
OTHER_USER = 65534
SETTLE_SECONDS = 10
HOSTILE = "\u202e\u200b\u2066\x7f\u009b\U000e0041"


class Place:
    """A folder with a passphrase and two nodes that know each other's card."""

    def __init__(self):
        self.network = Network(["nl", "be"])
        self.folder = self.network.folder
        for node in self.network:
            node.make()
        self.nl, self.be = self.network["nl"], self.network["be"]
        self.nl.add_peer(self.be, address=False)
        self.passphrase = self.path("passphrase")
        write(self.passphrase, PASSPHRASE)
        os.chmod(self.passphrase, 0o600)

    def path(self, name):
        return os.path.join(self.folder, name)

    def init(self, data, *words, **options):
        return run(["liaison", "init", "--name", "fr", "--data", data, *words], **options)


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)
    return path


def read(path):
    with open(path, "rb") as file:
        return file.read()


def expect(condition, what):
    if not condition:
        raise Failed(what)


def line_ends(content):
    """The same text as editors and mail programs give it back."""
    yield "CR LF", content.replace(b"\n", b"\r\n")
    yield "a byte order mark", b"\xef\xbb\xbf" + content
    yield "no last line's end", content.rstrip(b"\n")
    yield "an empty line more", content + b"\r\n"


def preload(place, source):
    """A library that stands before the system's; None where no compiler is."""
    compiler = next((c for c in ("cc", "gcc", "clang") if files.which(c)), None)
    if compiler is None:
        return None
    write(place.path("shim.c"), source)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", place.path("shim.so"), place.path("shim.c"), "-ldl"], check=True)
    return place.path("shim.so")


def with_library(library, words, seconds, until=b""):
    """Runs with the library; a daemon is ended once it said `until`. Returns exit status and both outputs."""
    process = subprocess.Popen(
        [binary(words[0])] + words[1:], env=dict(os.environ, LD_PRELOAD=library), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return said_by(process, seconds, until)


def said_by(process, seconds, until):
    said = b""
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        for line in process.stdout:
            said += line
            if until and until in line:
                process.terminate()
        return process.wait(), said
    finally:
        timer.cancel()


# Checks ---------------------------------------------------------------------------------------------------------------


def check_line_ends(place):
    settings = os.path.join(place.nl.data, "peers", "be.conf")
    for what, content in line_ends(b"# agreed\naddress = be.example:4747\n"):
        write(settings, content)
        expect(b"be.example:4747" in place.nl.run("peer", "list"), f"peers/be.conf with {what}: the address is gone")
    write(settings, b"address = be.example:4747\nmax-entry = 5\n")
    code, out, err = place.nl.run("peer", "list", expect=None)
    expect(b"be.conf, line 2" in err, "peers/be.conf: a line that is not understood is not named")
    os.remove(settings)
    card = run(["liaison", "fingerprint", place.be.card])
    for what, content in line_ends(read(place.be.card)):
        expect(run(["liaison", "fingerprint", write(place.path("card"), content)]) == card, f"a card with {what}")
    keys, backup = place.path("keys"), place.path("backup")
    place.nl.run("keys", "export", keys, "--passphrase-file", place.passphrase)
    place.nl.run("backup", backup)
    export = read(keys)
    for number, (what, content) in enumerate(line_ends(export)):
        write(keys, content)
        write(place.passphrase, list(line_ends(PASSPHRASE))[number][1])
        run(["liaison", "restore", "--from", backup, "--keys", keys, "--data", place.path(f"back{number}"),
             "--passphrase-file", place.passphrase])


def check_passphrases(place):
    short = write(place.path("short"), b"x\n")
    code, out, err = place.init(place.path("fr"), "--passphrase-file", short, expect=None)
    expect(code == 65 and b"12 bytes" in err, f"a passphrase of one byte: {code} {err}")
    code, out, err = place.init(place.path("fr"), expect=None)
    expect(code == 64 and not os.path.exists(place.path("fr")), "no terminal and no file: an init that asks nobody")
    said = place.init(place.path("fr"), "--make-passphrase", place.path("made"))
    made = read(place.path("made"))
    expect(len(made) == 40 and made.strip() not in said, "a made passphrase is printed, or not there")
    expect(os.stat(place.path("made")).st_mode & 0o777 == 0o600, "the file of a made passphrase can be read by others")
    code, out, err = run(["liaison", "keys", "export", place.path("fr.keys"), "--data", place.path("fr"),
                          "--make-passphrase", place.path("made")], expect=None)
    expect(code == 73, "a made passphrase writes over a file")


def check_interrupt(place):
    """^C at the question: the terminal shows again what is typed."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(binary("liaison"), ["liaison", "init", "--name", "fr", "--data", place.path("tty")])
    number = struct.unpack("I", fcntl.ioctl(terminal, 0x80045430, b"\0" * 4))[0]
    kept = os.open(f"/dev/pts/{number}", os.O_RDWR | os.O_NOCTTY)
    echoes = lambda: bool(termios.tcgetattr(kept)[3] & termios.ECHO)
    try:
        wait_for("the question for the passphrase", SETTLE_SECONDS, lambda: not echoes())
        os.write(terminal, b"\x03")
        _, status = os.waitpid(child, 0)
        expect(os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT, f"^C ended it with {status}")
        expect(echoes(), "after ^C the terminal stays silent")
        expect(not os.path.exists(place.path("tty")), "something was made before the passphrase was given")
    finally:
        os.close(kept)
        os.close(terminal)


def check_pipes(place):
    os.symlink(place.passphrase, place.path("link"))
    place.init(place.path("linked"), "--passphrase-file", place.path("link"))
    place.init(place.path("piped"), "--passphrase-file", "/dev/stdin", stdin=PASSPHRASE)
    expect(run(["liaison", "fingerprint", "/dev/stdin"], stdin=read(place.be.card))
           == run(["liaison", "fingerprint", place.be.card]), "a card from a pipe")


def check_paths(place):
    """Bytes that are no UTF-8, links, other spellings, and a folder that is a file system of its own."""
    odd = os.path.join(os.fsencode(place.folder), b"caf\xe9")
    place.init(odd, "--passphrase-file", place.passphrase)
    expect(os.path.isdir(odd) and os.path.exists(odd + b".token"), "a path that is no UTF-8 became another one")
    os.symlink(place.nl.data, place.path("other"))
    for path in (place.path("other"), place.nl.data + "/.", os.path.relpath(place.nl.data)):
        process = subprocess.Popen([binary("liaisond"), "--data", path], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        code, said = said_by(process, SETTLE_SECONDS, b"listening on")
        expect(code == 0 and b"closed" not in said, f"--data {path}: {said.decode(errors='replace')}")
    os.makedirs(place.path("disk/lost+found"))
    place.init(place.path("disk"), "--passphrase-file", place.passphrase)
    os.makedirs(place.path("stick/lost+found"))
    place.nl.run("backup", place.path("stick"))


def check_descriptors(place):
    """Started with descriptors 0 to 2 closed, nothing of the log gets into a file of the store."""
    process = subprocess.Popen(["sh", "-c", 'exec "$0" --data "$1" 0<&- 1>&- 2>&-', binary("liaisond"), place.nl.data])
    try:
        wait_for("a daemon without standard descriptors", SETTLE_SECONDS,
                 lambda: place.nl.run("status", expect=None)[0] == 0)
        for number in range(3):
            held = os.readlink(f"/proc/{process.pid}/fd/{number}")
            expect(held == "/dev/null", f"descriptor {number} is {held}")
        with open(f"/proc/{process.pid}/limits") as limits:
            core = next(line for line in limits if line.startswith("Max core file size"))
        expect(core.split()[4:6] == ["0", "0"], f"a core file could be written: {core}")
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)
    expect(read(os.path.join(place.nl.data, "lock")).strip().isdigit(), "a log line got into the lock file")
    expect(b"in order" in place.nl.run("fsck"), "fsck afterwards")
    code, out, err = run(["liaison", "fsck", "--nonsense"], expect=None)
    expect(code == 64, "a usage error has another status")


def check_hostile_text(place):
    """A record that would steer a terminal shows itself there, and is whole in a pipe."""
    place.nl.start()
    place.nl.run("signing", "release", "--yes")
    record = json.dumps({"type": "x", "note": HOSTILE}, ensure_ascii=False).encode()
    place.nl.run("publish", "--to", "be", stdin=record + b"\n")
    expect(place.nl.records("nl/1")[2] == record, "a record is not whole in a pipe")
    for words in (["tail"], ["tail", "--json"], ["show", "nl/1/2"], ["show", "nl/1/2", "--json"]):
        said = on_terminal(place.nl.command(*words)).decode()
        left = [c for c in HOSTILE if c in said]
        expect(not left and "\\u202e" in said, f"{' '.join(words)} on a terminal: {said!r}")
    code, out, err = run(["liaison", "peer", "remove", "x\x1b[2J\u202e", "--data", place.nl.data], expect=None)
    expect(b"\x1b" not in err and b"\\u{1b}" in err, "an argument steers the terminal")
    place.nl.stop()


def on_terminal(words):
    """What a terminal gets as standard output."""
    terminal, other = pty.openpty()
    process = subprocess.Popen([binary(words[0])] + words[1:], stdin=subprocess.DEVNULL, stdout=other)
    os.close(other)
    said = b""
    try:
        while True:
            part = os.read(terminal, 65536)
            if not part:
                break
            said += part
    except OSError:
        pass
    os.close(terminal)
    process.wait(COMMAND_SECONDS)
    return said


def check_root(place):
    """One command of root's leaves nothing behind that the service's user cannot open."""
    if os.geteuid() != 0:
        return print("note: not root, so what root leaves behind was not checked")
    for folder, names, _ in os.walk(place.nl.data):
        for path in [folder] + [os.path.join(folder, name) for name in os.listdir(folder)]:
            os.chown(path, OTHER_USER, OTHER_USER)
    os.chown(place.nl.data + ".token", OTHER_USER, OTHER_USER)
    key = write(place.path("psk"), b"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\r\n")
    place.nl.run("peer", "add", place.be.card, "--preshared-key", key)
    place.nl.run("fsck")
    place.nl.run("backup", place.path("root-backup"))
    for folder, names, others in os.walk(place.nl.data):
        for name in names + others:
            path = os.path.join(folder, name)
            expect(os.lstat(path).st_uid == OTHER_USER, f"{path} belongs to root")
    code, out, err = run(["liaisond", "--data", place.nl.data], expect=None)
    expect(code == 77 and b"belongs to user" in err, f"liaisond as root on another user's folder: {code} {err}")


def check_read_only(place):
    """fsck and backup of a medium that cannot be written; and arguments where there is no /proc."""
    make = f"mount --bind {place.folder} {place.folder} && mount -o remount,bind,ro {place.folder} && "
    liaison, data = binary("liaison"), place.nl.data
    done = subprocess.run(["unshare", "-m", "sh", "-c", make + f"umount -l /proc; exec {liaison} fsck --data {data}"],
                          capture_output=True)
    if os.geteuid() != 0 or b"unshare" in done.stderr or b"mount:" in done.stderr:
        return print("note: not root, so media that are only read and systems without /proc were not checked")
    expect(done.returncode == 0, f"fsck of a medium that is only read: {done.stderr}")


def check_libraries(place):
    """No fallocate, no IPv6, and a library that touches the environment."""
    library = preload(place, b"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <stdlib.h>
        #include <sys/socket.h>
        #include <sys/types.h>
        __attribute__((constructor)) static void touch(void) { setenv("TOUCHED", "1", 1); }
        int fallocate(int fd, int mode, off_t at, off_t bytes) { errno = EOPNOTSUPP; return -1; }
        int fallocate64(int fd, int mode, off_t at, off_t bytes) { errno = EOPNOTSUPP; return -1; }
        int socket(int family, int type, int protocol) {
          if (family == AF_INET6) { errno = EAFNOSUPPORT; return -1; }
          int (*real)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
          return real(family, type, protocol);
        }""")
    if library is None:
        return print("note: no C compiler, so file systems without fallocate and kernels without IPv6 were not checked")
    data = place.path("bare")
    code, said = with_library(library, ["liaison", "init", "--name", "fr", "--data", data,
                                        "--passphrase-file", place.passphrase], COMMAND_SECONDS)
    expect(code == 0, f"init without fallocate: {said}")
    code, said = with_library(library, ["liaisond", "--data", data, "--listen", "[::]:0"], SETTLE_SECONDS, b"listening on")
    expect(code == 0 and b"listening on 0.0.0.0:" in said, f"no IPv6: {said}")
    code, said = with_library(library, ["liaison", "fsck", "--data", data], COMMAND_SECONDS)
    expect(code == 0, f"fsck of it: {said}")


CHECKS = [check_line_ends, check_passphrases, check_interrupt, check_pipes, check_paths, check_descriptors,
          check_hostile_text, check_libraries, check_read_only, check_root]


def body():
    for check in CHECKS:
        begin = time.monotonic()
        place = Place()
        try:
            check(place)
        finally:
            place.network.close()
        print(f"{check.__name__[6:].replace('_', ' ')}: {time.monotonic() - begin:.1f} s", flush=True)


main(body)
