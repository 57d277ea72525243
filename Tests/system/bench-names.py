#!/usr/bin/env python3
"""What `liaison-bench hub names` compares the matcher with: nomenklatura's logic-v2, scored and timed in the same run.

  bench-names.py VENV NAMES OUT

VENV   a folder for a Python environment of its own; made, and filled from PyPI, where it is not there
NAMES  the folder with pairs.csv and entity_checks.json
OUT    where scripts.tsv is written: names in other scripts beside Latin ones, as editors of Wikidata wrote them

Prints one figure a line: its name, a space, the figure. Exits 69 where the packages cannot be installed.
"""
import csv, glob, itertools, json, os, random, subprocess, sys, time

PACKAGES = ["nomenklatura==4.17.4", "rigour==2.6.1", "zstandard==0.25.0"]
THRESHOLD = 0.70
SCRIPTS = {"Arabic": (0x600, 0x6FF), "Cyrillic": (0x400, 0x4FF), "Greek": (0x370, 0x3FF), "Hebrew": (0x590, 0x5FF), "Han": (0x4E00, 0x9FFF), "Hangul": (0xAC00, 0xD7A3),
           "Bengali": (0x980, 0x9FF), "Devanagari": (0x900, 0x97F), "Ethiopic": (0x1200, 0x137F), "Georgian": (0x10A0, 0x10FF), "Kana": (0x3040, 0x30FF)}


def inside(venv):
    """Runs this file again with the Python of the environment."""
    python = os.path.join(venv, "bin", "python")
    if not os.path.exists(python):
        made = subprocess.run([sys.executable, "-m", "venv", venv], stdout=sys.stderr)
        if made.returncode: sys.exit(69)
    ready = subprocess.run([python, "-c", "import nomenklatura, zstandard"], stderr=subprocess.DEVNULL)
    if ready.returncode:
        if subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], stdout=sys.stderr).returncode: sys.exit(69)
    os.execv(python, [python, os.path.abspath(__file__), *sys.argv[1:]])


def entity(number, schema, properties):
    from followthemoney import EntityProxy
    return EntityProxy.from_dict({"id": f"x{number}", "schema": schema, "properties": {k: [v] for k, v in properties.items()}})


def f1(rows):
    hit = sum(1 for y, p in rows if y and p)
    return 2 * hit / max(1, 2 * hit + sum(1 for y, p in rows if y != p))


def logic_v2(names):
    from nomenklatura.matching import get_algorithm
    algorithm = get_algorithm("logic-v2")
    config = algorithm.default_config()
    numbers = itertools.count()
    pairs = [(entity(next(numbers), "Person", {"name": r["name1"]}), entity(next(numbers), "Person", {"name": r["name2"]}), r)
             for r in csv.DictReader(open(os.path.join(names, "pairs.csv"), encoding="utf-8"))]
    algorithm.compare(pairs[0][0], pairs[0][1], config)
    start = time.perf_counter()
    scored = [(r, r["match"] == "true", algorithm.compare(a, b, config).score >= THRESHOLD) for a, b, r in pairs]
    seconds = time.perf_counter() - start
    print("pairsF1", f1([(y, p) for _, y, p in scored]))
    print("handF1", f1([(y, p) for r, y, p in scored if r["synthetic"] == "false"]))
    print("pairMicroseconds", seconds / len(pairs) * 1e6)
    checks = json.load(open(os.path.join(names, "entity_checks.json"), encoding="utf-8"))
    right = persons = 0
    for check in checks:
        a, b = (entity(next(numbers), check["schema"], check[side]) for side in ("query", "candidate"))
        good = (algorithm.compare(a, b, config).score >= THRESHOLD) == check["match"]
        right += good
        persons += good and check["schema"] == "Person"
    print("entityChecks", right)
    print("entityChecksOfPersons", persons)


def groups():
    """Lines of rigour's table of persons' names: forms of one name, then its number in Wikidata."""
    import rigour, zstandard
    data = open(glob.glob(os.path.join(os.path.dirname(rigour.__file__), "_core*.so"))[0], "rb").read()
    at = 0
    while (at := data.find(b"\x28\xb5\x2f\xfd", at)) >= 0:
        try:
            blob = zstandard.ZstdDecompressor().decompressobj().decompress(data[at:])
            if b" => Q" in blob[:4000]: return blob.decode("utf-8").splitlines()
        except zstandard.ZstdError: pass
        at += 4
    return []


def scripts(out):
    """Two words of two groups, in another script and in Latin: 400 names for each script."""
    words = {script: [] for script in SCRIPTS}
    for line in groups():
        forms = [f.strip() for f in line.partition(" => ")[0].split(",")]
        latin = next((f for f in forms if f.isascii() and f.isalpha() and len(f) > 2), None)
        if not latin: continue
        for script, (low, high) in SCRIPTS.items():
            own = next((f for f in forms if len(f) > 1 and all(low <= ord(c) <= high for c in f)), None)
            if own: words[script].append((own, latin))
    rng = random.Random(20160111)
    with open(os.path.join(out, "scripts.tsv"), "w", encoding="utf-8") as file:
        for script, found in words.items():
            if len(found) < 2: continue
            for _ in range(400):
                a, b = rng.sample(found, 2)
                file.write(f"{script}\t{a[0]} {b[0]}\t{a[1]} {b[1]}\n")


def main():
    if len(sys.argv) != 4:
        sys.stderr.write(__doc__)
        return 64
    venv, names, out = sys.argv[1:]
    if os.path.realpath(sys.prefix) != os.path.realpath(venv): inside(venv)
    scripts(out)
    logic_v2(names)
    return 0


if __name__ == "__main__":
    sys.exit(main())
