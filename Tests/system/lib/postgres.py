"""A PostgreSQL server of a test's own, in a temporary folder, on a Unix socket alone.

It ends only processes that it started, and removes only its folder. As root it runs as the user `postgres`.

  python3 Tests/system/lib/postgres.py run COMMAND…    runs COMMAND with such a server, whose URL is in LIAISON_POSTGRES: the user may
                                                 make databases. Its exit status is that of COMMAND.
"""
import glob, os, pwd, re, shutil, signal, subprocess, sys, tempfile, time
from full_disks import Mounted, fill_up
from nodes import Failed, end_in_order, wait_for
from postgres_session import ServerFailed, Session

USER = "postgres"
# The database that every server has.
MAINTENANCE = "postgres"
START_SECONDS = 60
STOP_SECONDS = 60
# The command of `run`, after the signal that was passed on to it.
END_SECONDS = 10
# Small, and as an operator has it but for two things: the machine does not fail, so that nothing waits for its disk; and
# segments of shared memory lie in the folder, so that none stays behind.
SETTINGS = {
    "listen_addresses": "", "fsync": "off", "dynamic_shared_memory_type": "mmap", "shared_buffers": "32MB", "max_connections": "400",
    "min_wal_size": "4MB", "max_wal_size": "32MB", "autovacuum": "on", "log_line_prefix": "%m [%p] %d %a %e ",
}


def programs():
    """The folder with the server's programs, of the newest version: Debian has them in none of PATH."""
    found = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    newest = max(found, key=lambda path: [int(word) for word in re.findall(r"\d+", path)], default=None) or shutil.which("initdb")
    if not newest:
        raise Failed("there is no PostgreSQL server here; ./Deploy/setup.sh --test installs it")
    return os.path.dirname(newest)


class Server:
    def __init__(self, mebibytes=None, made=None, **settings):
        """`mebibytes`: its files lie on a disk of that size, where one can be mounted. `made`: a server that was made and never started,
        whose files are copied. `settings`: of postgresql.conf."""
        self.programs = programs()
        self.settings = {**SETTINGS, **settings}
        self.process = None
        self.disk = None
        self.account = pwd.getpwnam(USER) if os.getuid() == 0 else None
        # The path of a Unix socket holds at most 107 bytes.
        parent = tempfile.gettempdir()
        self.folder = tempfile.mkdtemp(prefix="liaison-pg-", dir=parent if len(parent) < 60 else "/tmp")
        try:
            self.own(self.folder)
            self.data = os.path.join(self.folder, "data")
            self.log_path = os.path.join(self.folder, "log")
            if mebibytes:
                self.mount(mebibytes)
            self.make(made)
        except BaseException:
            self.close()
            raise

    # MARK: making it

    def own(self, path):
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def mount(self, mebibytes):
        owner = f",uid={self.account.pw_uid},gid={self.account.pw_gid}" if self.account else ""
        self.disk = Mounted(self.folder + "/disk", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=700{owner}", "liaison-pg")
        if self.disk.is_mounted:
            self.data = os.path.join(self.disk.folder, "data")

    def make(self, made):
        if made:
            # With the owner of each file.
            subprocess.run(["cp", "-a", made.data, self.data], check=True)
            return
        process = subprocess.Popen(
            [*self.as_owner(), self.programs + "/initdb", "-D", self.data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C",
             "--wal-segsize=1", "--no-sync", "--no-instructions"],
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            said = process.communicate()[0].decode(errors="replace").strip()
        finally:
            end_maker(process)
        if process.returncode != 0:
            raise Failed(f"initdb: exit {process.returncode}: {said}")

    def as_owner(self):
        """What a command line begins with. Whatever ends this process ends the server too."""
        user = ["--reuid", str(self.account.pw_uid), "--regid", str(self.account.pw_gid), "--clear-groups"] if self.account else []
        return ["setpriv", "--pdeathsig", "QUIT", *user, "--"]

    # MARK: starting and ending it

    def launch(self):
        """Without waiting for it: on a full disk it may not come up."""
        settings = {**self.settings, "unix_socket_directories": self.folder}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*self.as_owner(), self.programs + "/postgres", "-D", self.data, *words], env={**environment, "LC_ALL": "C"},
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def start(self):
        """Until it answers, after whatever it has to recover from. One that gives up just now, since its disk was full, is started again."""
        if self.is_running() and self.comes_up():
            return
        self.launch()
        if not self.comes_up():
            raise Failed(f"the PostgreSQL server ended with {self.process.returncode}: {self.said()}")

    def comes_up(self):
        """Waits until it answers; false: it ended."""
        wait_for("the PostgreSQL server answers", START_SECONDS, lambda: self.answers() or not self.is_running(), every=0.02)
        return self.is_running()

    def answers(self):
        try:
            return self.query(MAINTENANCE, "SELECT 1") == [(1,)]
        except ServerFailed:
            return False

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        """Fast: sessions are cut, and all is written."""
        self.end(signal.SIGINT)

    def end(self, number):
        if self.is_running():
            end_in_order(self, "the PostgreSQL server", number, STOP_SECONDS)

    def kill(self):
        """All its processes at one moment. It is stopped first, so that it can neither start another one nor give a number away."""
        if not self.is_running():
            return
        self.process.send_signal(signal.SIGSTOP)
        children = self.children()
        for child in children:
            os.kill(child, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        wait_for("the server's processes to be gone", STOP_SECONDS, lambda: not any(map(is_alive, children)), every=0.01)
        self.remove_segment()

    def children(self):
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]

    def close(self):
        """Ends what still runs and removes the folder."""
        try:
            self.end(signal.SIGQUIT)
        finally:
            if self.disk:
                self.disk.unmount()
            shutil.rmtree(self.folder, ignore_errors=True)

    def remove_segment(self):
        """One that was killed leaves its lock in shared memory, and does not find it again where others took its number meanwhile."""
        try:
            with open(self.data + "/postmaster.pid") as file:
                segment = file.read().splitlines()[6].split()[1]
        except (OSError, IndexError):
            return
        subprocess.run(["ipcrm", "-m", segment], stderr=subprocess.DEVNULL)

    def said(self):
        try:
            with open(self.log_path, errors="replace") as log:
                return log.read()[-2000:].strip()
        except OSError:
            return ""

    # MARK: asking it

    def url(self, database):
        return f"postgresql:///{database}?host={self.folder}&user={USER}"

    def make_database(self, name):
        self.query(MAINTENANCE, f"CREATE DATABASE {name} TEMPLATE template0")
        return self.url(name)

    def session(self, database, schema=None):
        """`schema`: where tables without one are looked for."""
        options = {"options": f"-c search_path={schema}"} if schema else {}
        return Session(self.folder + "/.s.PGSQL.5432", USER, database, **options)

    def query(self, database, sql, schema=None):
        with self.session(database, schema) as session:
            return session.query(sql)

    # MARK: what happens to it

    @property
    def can_fill(self):
        return self.disk is not None and self.disk.is_mounted

    def fill(self):
        fill_up(self.disk.folder + "/ballast")

    def clear(self):
        os.remove(self.disk.folder + "/ballast")

    def clients(self, database):
        """The processes that serve a connection to it."""
        return [pid for pid, in self.query(
            MAINTENANCE, f"SELECT pid FROM pg_stat_activity WHERE datname = '{database}' AND backend_type = 'client backend' ORDER BY pid")]

    def lease_holders(self, database):
        """The session on which the hub that writes says so."""
        return [pid for pid, in self.query(database, "SELECT session FROM hub.lease")]

    def cut(self, pid):
        self.query(MAINTENANCE, f"SELECT pg_terminate_backend({pid})")


def end_maker(process):
    """initdb ends what it made, and its own child when that finds nobody any more: killed, it would leave its lock in shared memory."""
    if process.poll() is None:
        process.terminate()
    process.wait()
    wait_for("initdb's processes to be gone", STOP_SECONDS, lambda: not is_session(process.pid), every=0.01)


def is_session(number):
    """Whether a process of it is left."""
    try:
        os.killpg(number, 0)
        return True
    except ProcessLookupError:
        return False


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


# MARK: the command

class Signalled(Exception):
    """This process is to end."""


def run(command):
    def on_signal(number, frame):
        for other in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(other, signal.SIG_IGN)
        raise Signalled(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)
    server = child = None
    try:
        server = Server()
        server.start()
        child = subprocess.Popen(command, env={**os.environ, "LIAISON_POSTGRES": server.url(MAINTENANCE)})
        status = child.wait()
        return status if status >= 0 else 128 - status
    except Signalled as signalled:
        if child:
            end(child, signalled.args[0])
        return 128 + signalled.args[0]
    finally:
        if server:
            server.close()


def end(child, number):
    if child.poll() is None:
        child.send_signal(number)
    try:
        child.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] != "run":
        print("usage: postgres.py run COMMAND…", file=sys.stderr)
        sys.exit(64)
    try:
        sys.exit(run(sys.argv[2:]))
    except (Failed, OSError) as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        sys.exit(1)
