#!/usr/bin/env python3
"""A list that nobody would send in good faith, through the programs that a desk runs: each line is answered, memory is bounded.

  LIAISON_BIN=… ./Tests/system/bench-lists.py [--lines N]

One line in a hundred is not UTF-8, one in a thousand has a quotation mark that is never closed, one field has ten megabytes."""
import argparse, json, os, subprocess, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from hubs import Hub
from nodes import *


def write(path, lines):
    with open(path, "wb") as file:
        file.write("Nachname;Vorname;Geburtsdatum;Dokument;Größe\n".encode())
        for number in range(lines):
            if number == lines // 2:
                file.write(b"LONG" * (10 << 18) + b";X;1990-05-17;N1;1\n")
            elif number % 1000 == 7:
                file.write(b'"OPEN%d;X;1990-05-17;N1;1\n' % number)
            elif number % 100 == 3:
                file.write(b"N\xe9E%d;X;1990-05-17;N1;1\n" % number)
            else:
                file.write(f"PRÜFER{number};TESTA;1990-05-17;N{number};1\n".encode())


def peak(process):
    with open(f"/proc/{process.pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) // 1024


def body():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=1_000_000)
    arguments = parser.parse_args()
    network = Network(["be"])
    hub = None
    try:
        be = network["be"]
        be.make()
        be.start()
        hub = Hub(be)
        hub.start()
        wait_for("the hub is complete", 30, lambda: hub.status()["complete"])
        path = os.path.join(network.folder, "list.csv")
        write(path, arguments.lines)
        began = time.monotonic()
        results, lines = {}, 0
        process = subprocess.Popen([binary("liaison"), *hub.command("screen", path, "--json")[1:]], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for line in process.stdout:
            kind = json.loads(line)["result"]
            results[kind] = results.get(kind, 0) + 1
            lines += 1
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        tool = usage.ru_maxrss // 1024
        if process.returncode:
            raise Failed(f"liaison screen ended with {process.returncode}")
        print(json.dumps({"lines": arguments.lines, "answered": lines, "results": results, "seconds": round(seconds, 1),
                          "passengersPerSecond": round(lines / seconds), "toolMebibytes": tool, "hubMebibytes": peak(hub.process)}))
        return 0
    finally:
        if hub:
            hub.kill()
        network.kill()
        network.close()


if __name__ == "__main__":
    main(body)
