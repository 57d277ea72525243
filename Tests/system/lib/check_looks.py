"""An insider with the hub's machine and its real key rewrites who looked, and the audit finds it. Part of check_hub.py."""
import shutil
from hubs import Hub, looks_audit
from nodes import Failed, Network, run, wait_for

LOOK = ("--purpose", "ct", "--reason", "check")
BOUND_SECONDS = 30


def look(hub, words, count):
    wait_for("the hub meets its daemon", BOUND_SECONDS, lambda: hub.status()["connected"])
    for number in range(count):
        hub.lines("search", f"{words} {number}", look=LOOK)


def expect(command, code, what, says=""):
    found, out, err = run(command, expect=None)
    if found != code or says not in out.decode():
        raise Failed(f"{what}: {found} and not {code}: {(out + err).decode()}")


def rewritten():
    network = Network(["nl", "be"])
    hub = None
    try:
        for node in network:
            node.make()
        for node in network:
            node.start()
        network.introduce()
        hub = Hub(network["be"])
        logs, early = hub.folder + "/consultations", hub.folder + "-early"
        hub.start()
        look(hub, "somebody", 5)
        hub.kill()
        shutil.copytree(logs, early)
        hub.start()
        look(hub, "somebody else", 5)
        hub.stop()
        audit = looks_audit(hub, network["nl"], list(network))
        wait_for("the looks are bound", BOUND_SECONDS, lambda: run(audit, expect=None)[0] == 0)
        if "looks last anchored in entry" not in network["nl"].run("status").decode():
            raise Failed("nl is shown no anchor of be")
        # The log of before, and then another history under the same key, by the hub's own program.
        shutil.rmtree(logs)
        shutil.copytree(early, logs)
        expect(audit, 1, "a log that was cut off", "some were taken away")
        hub.start()
        look(hub, "nobody", 6)
        hub.stop()
        expect(["liaison-audit", "verify", logs, "--key", logs + "/node.card"], 0, "the log alone says nothing")
        wait_for("it is found", BOUND_SECONDS, lambda: run(audit, expect=None)[0] == 1)
        expect(audit, 1, "a log that was rewritten", "it was rewritten")
        print("a log of looks that was rewritten with the hub's own key fails its audit")
    finally:
        if hub:
            hub.kill()
        network.close()
