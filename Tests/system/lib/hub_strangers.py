"""Other users of the machine at the reader socket and at the hub's: for check_hub.py. They need no entry but those that every Debian has."""
import grp, os, pwd, shutil, subprocess
from hubs import Hub
from nodes import *

# Who runs the hub, a member of its group, and somebody else. Each has a group of its own name.
HUB, MEMBER, STRANGER = "games", "news", "uucp"
LOOK = '{"purpose":"%s","reason":"check"}'

# Prints what one call is answered with: nothing where the connection is closed.
CLIENT = """
import socket, sys
c = socket.socket(socket.AF_UNIX); c.settimeout(20)
try:
    c.connect(sys.argv[1]); c.sendall(sys.argv[2].encode() + b"\\0")
    said = b""
    while not said.endswith(b"\\0"):
        more = c.recv(65536)
        if not more: break
        said += more
    print(said.decode())
except OSError as error:
    print("closed:", error.strerror)
"""


def ask(user, groups, path, call):
    """As another user, with these further groups."""
    entry = pwd.getpwnam(user)
    groups = ["--groups", ",".join(str(grp.getgrnam(group).gr_gid) for group in groups)] if groups else ["--clear-groups"]
    done = subprocess.run(
        ["setpriv", "--reuid", str(entry.pw_uid), "--regid", str(entry.pw_gid), *groups, "--",
         "/usr/bin/python3", "-c", CLIENT, path, call], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, timeout=60)
    if done.returncode != 0:
        raise Failed(f"setpriv as {user}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode(errors="replace").strip()


def expect(who, said, what):
    """`what`: words of the answer; None: there is none."""
    is_answered = bool(said) and not said.startswith("closed:")
    if is_answered if what is None else what not in said:
        raise Failed(f"{who}: {'no answer' if what is None else what} was expected, and it is {said[:300] or 'nothing'}")


def why_not():
    if os.getuid() != 0:
        return "this needs root"
    for user in [HUB, MEMBER, STRANGER]:
        try:
            pwd.getpwnam(user), grp.getgrnam(user)
        except KeyError:
            return f"there is no user {user}"
    if not shutil.which("setpriv"):
        return "there is no setpriv"
    return None


def strangers():
    why = why_not()
    if why:
        print(f"skipped: other users at the sockets: {why}", flush=True)
        return
    network = Network(["nl"])
    nl = network["nl"]
    hub = None
    try:
        nl.make()
        run_folder = os.path.join(network.folder, "run")
        os.mkdir(run_folder)
        # Everybody may come as far as the sockets: whoever is refused is refused there.
        os.chmod(network.folder, 0o711)
        os.chmod(run_folder, 0o755)
        nl.options = ["--run", run_folder, "--reader-group", HUB]
        nl.start()
        reader(run_folder + "/reader.socket")
        hub = Hub(nl, os.path.join(network.folder, "hub"))
        os.mkdir(hub.folder, 0o711)
        shutil.chown(hub.folder, HUB, HUB)
        hub_socket(hub, run_folder, nl)
        print("other users: a reader and a member of a group get what they may, a stranger nothing, whatever the modes of the sockets",
              flush=True)
    finally:
        if hub:
            hub.kill()
        network.close()


def reader(path):
    status = '{"method":"org.liaison.Reader.Status"}'
    everything = '{"method":"org.liaison.Reader.Changes","parameters":{}}'
    publish = '{"method":"org.liaison.Node.Publish","parameters":{"to":["nl"],"records":["{}"]}}'
    expect("a member of the readers' group", ask(MEMBER, [HUB], path, status), '"node":"nl"')
    expect("a reader who publishes", ask(MEMBER, [HUB], path, publish), "org.varlink.service.InterfaceNotFound")
    for call in [status, everything]:
        expect("a stranger at the reader socket", ask(STRANGER, [], path, call), None)
        expect("a stranger of another group", ask(STRANGER, [MEMBER], path, call), None)
    # The mode of the file is the first wall, the kernel's word about the other end the second.
    os.chmod(path, 0o666)
    expect("a stranger at a reader socket that is open to all", ask(STRANGER, [], path, everything), None)
    os.chmod(path, 0o660)


def hub_socket(hub, run_folder, node):
    entry = pwd.getpwnam(HUB)
    hub.prefix = ["setpriv", "--reuid", str(entry.pw_uid), "--regid", str(entry.pw_gid), "--clear-groups", "--"]
    # Its own `--data` is where the reader socket is; the node's folder stays closed to it.
    data, node.data = node.data, run_folder
    try:
        hub.start()
    finally:
        node.data = data
    path = hub.folder + "/hub.socket"
    wait_for("the hub to meet its daemon", START_SECONDS, lambda: hub.status()["complete"])
    search = '{"method":"org.liaison.Hub.Search","parameters":{"look":' + LOOK + ',"text":"nl:x"}}'
    rebuild = '{"method":"org.liaison.Hub.Rebuild"}'
    expect("the hub's own user", ask(HUB, [], path, search % "ct"), '"hits"')
    expect("a member where users.conf names nobody", ask(MEMBER, [HUB], path, search % "ct"), None)
    with open(hub.folder + "/users.conf", "w") as file:
        file.write(f"{MEMBER} ct\n")
    hub.process.send_signal(signal.SIGHUP)
    wait_for("users.conf to be read", START_SECONDS, lambda: '"hits"' in ask(MEMBER, [HUB], path, search % "ct"))
    expect("a member with another purpose", ask(MEMBER, [HUB], path, search % "soc"), "org.liaison.Hub.NotAllowed")
    expect("a member who rebuilds", ask(MEMBER, [HUB], path, rebuild), "org.liaison.Hub.NotAllowed")
    expect("a stranger at the hub's socket", ask(STRANGER, [], path, search % "ct"), None)
    os.chmod(path, 0o666)
    expect("a stranger at a hub's socket that is open to all", ask(STRANGER, [], path, search % "ct"), "org.liaison.Hub.NotAllowed")
    expect("a stranger who rebuilds", ask(STRANGER, [], path, rebuild), "org.liaison.Hub.NotAllowed")
