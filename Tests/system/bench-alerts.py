#!/usr/bin/env python3
"""How long it takes from a publish at a partner until a desk is told, with 100,000 watches: two real nodes, a real hub, `alerts --follow`.

  LIAISON_BIN=… ./Tests/system/bench-alerts.py [--watches N] [--publishes N]

The watches are written into the hub's file while it is stopped: nothing that is measured makes them."""
import argparse, json, os, random, sqlite3, statistics, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from follower import Follower
from hubs import Hub
from nodes import *

LOOK = {"purpose": "ct", "reason": "benchmark"}
PARTS = ["an", "be", "chi", "dor", "el", "fa", "gur", "ha", "im", "jo", "ka", "lem", "mi", "nor", "os", "pe", "qui", "ra", "sul", "ta", "um", "vi",
         "wen", "xa", "yu", "zor"]


def name(number):
    """Two invented words."""
    source = random.Random(number)
    return " ".join("".join(source.choice(PARTS) for _ in range(source.randint(2, 4))).capitalize() for _ in range(2))


def fill(hub, count):
    database = sqlite3.connect(hub.folder + "/alerts.db")
    with database:
        database.executemany(
            "INSERT INTO watch (revision, name, birth, threshold, until, purpose, reason, username, time, state, warned) "
            "VALUES (1, ?, ?, 1, 40000, 'ct', 'benchmark', 'root', 0, 0, 0)",
            ((name(number), f"{1950 + number % 50}") for number in range(count)))
    database.close()


def publish(node, number):
    record = {"type": "person", "v": 1, "id": f"p{number}", "basis": "fact", "grade": "B2", "handling": ["H0"], "purpose": ["ct"],
              "category": "suspect", "onHit": {"action": "discreet"}, "birthDate": [f"{1950 + number % 50}-03-02"],
              "name": [{"full": name(number), "kind": "primary"}]}
    node.call("Publish", to=["be"], records=[json.dumps(record)])


def body():
    parser = argparse.ArgumentParser()
    parser.add_argument("--watches", type=int, default=100_000)
    parser.add_argument("--publishes", type=int, default=200)
    arguments = parser.parse_args()
    network = Network(["nl", "be"])
    hub = follower = None
    try:
        for node in network:
            node.make()
            node.start()
        network["nl"].add_peer(network["be"])
        network["be"].add_peer(network["nl"], address=False)
        hub = Hub(network["be"])
        hub.start()
        publish(network["nl"], 10**9)
        wait_for("the hub to have the first record", 30, lambda: hub.status()["current"] > 0)
        hub.stop()
        fill(hub, arguments.watches)
        began = time.monotonic()
        hub.start()
        wait_for("the watches", 60, lambda: hub.status()["watches"] == arguments.watches)
        started = time.monotonic() - began
        follower = Follower(["liaison", "alerts", "--follow", "--json", "--hub", hub.folder])
        time.sleep(1)
        times = []
        for number in range(arguments.publishes):
            follower.start()
            publish(network["nl"], number * 7)
            follower.next(30, lambda line: line.get("ref") == f"nl:p{number * 7}")
            times.append(follower.seconds_since_start() * 1_000)
            time.sleep(0.05)
        times.sort()
        print(json.dumps({"watches": arguments.watches, "publishes": len(times), "p50Milliseconds": round(statistics.median(times), 1),
                          "p99Milliseconds": round(times[len(times) * 99 // 100], 1), "worstMilliseconds": round(times[-1], 1),
                          "startSeconds": round(started, 1)}))
        return 0
    finally:
        if follower:
            follower.stop()
        if hub:
            hub.kill()
        network.kill()
        network.close()


if __name__ == "__main__":
    main(body)
