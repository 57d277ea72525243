"""A node's running time, which its terms count (Protocols/entry.md, ENT-24): moved on while the daemon is stopped."""
import hashlib, os

WEEK_MINUTES = 7 * 24 * 60


def pass_running_time(node, minutes=WEEK_MINUTES):
    """The node ran so long and heard of nothing; then it looks for what is due."""
    node.stop()
    path = os.path.join(node.data, "running")
    passed = 0
    if os.path.exists(path):
        with open(path) as file:
            passed = int(file.read().split("\n")[1].split()[1])
    lines = f"liaison-running/v1\nminutes {passed + minutes}\n"
    with open(path, "w") as file:
        file.write(lines + hashlib.sha256(lines.encode()).hexdigest()[:16] + "\n")
    node.start()
    node.run("scrub")
