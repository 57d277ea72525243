"""What happens to hubs that keep their tables in one PostgreSQL server, and to that server: for check_hub.py --database postgresql.

All that happens to a hub with files happens here too. Up to two hubs share the database: `hub` is the one that writes.
"""
import os, shutil, signal, threading, time
from hub_story import ACTIONS, CALM_SECONDS, LOOK, Story, error_of
from hub_tables import Schemas
from hubs import Hub
from nodes import *
from postgres import Server

DATABASE = "hub"
# A new server's files take 25 MiB, its write-ahead log up to 32.
MEBIBYTES = 128
# A hub finds out by asking its server: at the latest with the next beat of its lease.
TROUBLE_SECONDS = 30

SERVER_ACTIONS = ["kill server", "restart server", "fill server", "cut connections", "kill writer", "stop writer", "freeze writer"]


class ServerStory(Story):
    actions = ACTIONS + 2 * SERVER_ACTIONS
    steps = 12
    # Beside what stories without a server meet.
    meets_all = ["servers were away", "servers were full", "connections were cut", "hubs took over", "hubs were fenced", "hubs read",
                 "alerts were raised", "alerts were retracted", "words left with the hub"]

    def __init__(self, network, seed, made):
        self.server = Server(mebibytes=MEBIBYTES, made=made, autovacuum_naptime="1s")
        try:
            super().__init__(network, seed)
        except BaseException:
            self.server.close()
            raise
        if not self.server.can_fill:
            print(f"skipped: full disks of a hub's server: {self.server.disk.said}", flush=True)

    def make_hub(self, folder):
        return Hub(self.be, folder, Schemas(self.server, DATABASE))

    # MARK: beginning and end

    def begin(self):
        self.server.start()
        self.server.make_database(DATABASE)
        super().begin()

    def watch(self):
        self.find_writer()
        super().watch()

    def start(self):
        for hub in self.hubs:
            hub.start()
        self.find_writer()

    def said(self):
        return super().said() + f"\nserver: {self.server.said()}"

    def close(self):
        try:
            super().close()
        finally:
            self.server.close()

    def step(self, action):
        """A story goes on when one hub writes again, and no running one is in trouble."""
        super().step(action)
        self.find_writer()

    # MARK: who writes

    def running(self):
        return [hub for hub in self.hubs if hub.is_running()]

    def readers(self):
        return [hub for hub in self.running() if hub is not self.hub]

    def find_writer(self):
        def writer():
            roles = {hub: role(hub) for hub in self.running()}
            writing = [hub for hub in roles if roles[hub] == "writes"]
            return writing[0] if len(writing) == 1 and None not in roles.values() else None
        self.hub = wait_for("one hub to write, without trouble", CALM_SECONDS, writer)

    def second(self):
        """A hub that reads what the other one writes."""
        if len(self.hubs) < 2:
            self.hubs.append(self.make_hub(self.network.folder + "/second"))
            self.refused_without_key(self.hubs[1])
            self.give_key(self.hubs[1])
        other = next(hub for hub in self.hubs if hub is not self.hub)
        if not other.is_running():
            other.start()
        # After a restart of the server the new one may be the first that asks.
        self.find_writer()
        other = next(hub for hub in self.hubs if hub is not self.hub)
        wait_for("the other hub to read", CALM_SECONDS, lambda: role(other) == "reads")
        return other

    def refused_without_key(self, hub):
        """Without the key of the first every reason would be new."""
        hub.launch()
        wait_for("a hub without the key to end", CALM_SECONDS, lambda: not hub.is_running())
        if hub.process.returncode == 0 or "alerts.key" not in hub.said():
            raise Failed(f"a hub without the key of the first ended with {hub.process.returncode}: {hub.said()}")

    def give_key(self, hub):
        os.makedirs(hub.folder, mode=0o700, exist_ok=True)
        shutil.copy(self.hubs[0].folder + "/alerts.key", hub.folder)
        os.chmod(hub.folder + "/alerts.key", 0o600)

    def take_over(self, other):
        """The other one writes from now on."""
        wait_for("the other hub to write", CALM_SECONDS, lambda: role(other) == "writes")
        self.hub = other
        self.seen["hubs took over"] += 1

    # MARK: the server

    def do_kill_server(self):
        self.server.kill()
        self.while_away()
        self.come_back()

    def do_restart_server(self):
        self.server.stop()
        if self.random.randrange(2):
            self.while_away()
        self.come_back()

    def while_away(self):
        """The hub stays up and says why it is not complete; it is to find what came meanwhile."""
        self.do_publish()
        if self.random.randrange(2):
            self.do_withdraw()
        wait_for("the hub to tell of its server", TROUBLE_SECONDS, self.trouble)
        self.seen["servers were away"] += 1
        if self.random.randrange(3) == 0:
            # It may not come up now; it does when the server is there.
            self.hub.kill()
            self.hub.launch()

    def trouble(self):
        """Why the hub is not complete: None where it is, or where that has nothing to do with its server."""
        status = self.hub.call("Status")
        return None if status["complete"] else status["database"].get("trouble")

    def come_back(self):
        self.server.start()
        if not self.hub.comes_up():
            self.hub.start()
        wait_for("looks to be answered again", CALM_SECONDS, lambda: not self.look("nl:p1"))

    def do_fill_server(self):
        """What does not fit is written when there is room, also by a server that was killed meanwhile or gave up itself."""
        if not self.server.can_fill:
            return
        self.server.fill()
        self.publish_large()
        if self.reaches_be:
            self.wait_for_full()
        if self.random.randrange(3) == 0:
            self.server.kill()
        self.server.clear()
        self.come_back()

    def wait_for_full(self):
        """Where nothing comes that the hub can read (a pre-shared key that its node lacks), it has nothing to write."""
        try:
            wait_for("the hub to tell of its server's disk", TROUBLE_SECONDS, lambda: self.trouble() or self.publish_large(), every=0.5)
            self.seen["servers were full"] += 1
        except Failed:
            if not self.hub.call("Status")["complete"] or self.newest_at_be() != "presharedKeyMissing":
                raise

    def publish_large(self):
        """More than the tables have room for, sooner or later."""
        self.do_publish([dict(self.record(), summary="x" * 900) for _ in range(30)])

    def do_cut_connections(self):
        """Some of the hubs' sessions end, whatever they were doing."""
        for _ in range(self.random.randint(1, 4)):
            clients = self.server.clients(DATABASE)
            if clients:
                self.server.cut(self.random.choice(clients))
                self.seen["connections were cut"] += 1
            self.do_publish([self.record() for _ in range(self.random.randint(1, 5))])
            time.sleep(self.random.uniform(0, 0.3))

    # MARK: the one that writes

    def do_kill_writer(self):
        other, old = self.second(), self.hub
        self.do_publish()
        old.kill()
        self.end_of_writer(other, old)

    def do_stop_writer(self):
        other, old = self.second(), self.hub
        self.do_publish()
        old.stop()
        self.end_of_writer(other, old)

    def end_of_writer(self, other, old):
        self.do_publish()
        self.take_over(other)
        if self.random.randrange(2):
            old.start()

    def do_freeze_writer(self):
        """A hub that stood still while another took over finds itself fenced: it takes nothing, and writes nothing."""
        other, old = self.second(), self.hub
        old.process.send_signal(signal.SIGSTOP)
        try:
            self.do_publish()
            for pid in self.server.lease_holders(DATABASE):
                self.server.cut(pid)
            self.take_over(other)
            self.do_publish()
            self.do_withdraw()
            count = self.count_of_watches()
            asked = Asked(old, "AddWatch", look=LOOK, document="NX999999")
        finally:
            old.process.send_signal(signal.SIGCONT)
        if asked.error() is None or self.count_of_watches() != count:
            raise Failed(f"a hub that was fenced answers a new watch with {asked.error()}; "
                         f"{count} watches were there, and {self.count_of_watches()} are now")
        wait_for("the fenced hub to read", CALM_SECONDS, lambda: role(old) == "reads")
        self.seen["hubs were fenced"] += 1

    def count_of_watches(self):
        return self.hub.tables.query("alerts", "SELECT count(*) FROM watch")[0][0]

    # MARK: disks

    def do_disk(self):
        """The small disk is that of the first hub: it has its looks there, and no table."""
        if self.hub is self.hubs[0]:
            super().do_disk()

    def see_status(self):
        """The feed goes on: its tables are elsewhere."""


class Asked:
    """A call to a hub that stands still: it is answered when that goes on."""

    def __init__(self, hub, method, **parameters):
        self.found = []
        self.thread = threading.Thread(target=lambda: self.found.append(self.ask(hub, method, parameters)), daemon=True)
        self.thread.start()
        # So that it waits at the socket.
        time.sleep(0.2)

    def ask(self, hub, method, parameters):
        try:
            return error_of(hub, method, **parameters)
        except Failed as failure:
            return str(failure)

    def error(self):
        """What it is refused with; None: it is done."""
        self.thread.join()
        return self.found[0]


def role(hub):
    """What it does with the database; None while it is in trouble, or cannot be asked."""
    try:
        database = hub.call("Status")["database"]
    except Failed:
        return None
    return None if database.get("trouble") else database["role"]
