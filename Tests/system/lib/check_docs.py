"""Looks at every ```sh block of the files named: scripts exist, programs know the verbs and options, files that the text
names are there. What a block prints is not compared; the quickstart and the other checks run the same commands.
"""
import os, re, shlex, sys
from nodes import *

PROGRAMS = {"liaison", "liaisond", "liaison-hub", "liaison-audit", "liaison-bench", "liaison-sim"}
PLACES = re.compile(r"`((?:Sources|Protocols|Tests|Deploy|docs)/[\w./-]*|[A-Z]+\.md|LICENSE)`")
HELP = {}


def help_text(words):
    key = tuple(words)
    if key not in HELP:
        code, out, err = run(list(words) + ["--help"], expect=None)
        HELP[key] = out.decode() if code == 0 else None
    return HELP[key]


def check_command(line):
    """What is wrong with one command line, or None."""
    words = shlex.split(line, comments=True)
    while words and "=" in words[0] and not words[0].startswith("-"):
        words = words[1:]
    if words and words[0] == "sudo":
        words = words[1:]
        if words and words[0] == "-u":
            words = words[2:]
    if not words:
        return None
    name = words[0]
    if name.startswith("./"):
        if not os.access(name, os.X_OK):
            return f"{name} is not there, or cannot be run"
        if not name.endswith(".sh"):
            return None
        with open(name) as script:
            text = script.read()
        for word in words[1:]:
            if word.startswith("--") and word not in text:
                return f"{name} knows no {word}"
        return None
    if name not in PROGRAMS:
        return None
    verb = [name]
    for count in (2, 1):
        candidate = words[1:1 + count]
        if len(candidate) == count and all(re.fullmatch("[a-z-]+", word) for word in candidate):
            text = help_text([name] + candidate)
            if text and text.startswith(" ".join([name] + candidate)):
                verb = [name] + candidate
                break
    if len(verb) == 1 and name in ("liaison", "liaison-audit") and not words[1].startswith("--"):
        return f"{name} has no verb {words[1]}"
    text = help_text(verb)
    if text is None:
        return f"{' '.join(verb)} --help fails"
    for word in words[len(verb):]:
        if word.startswith("--") and word not in ("--help", "--man", "--version"):
            if not re.search(re.escape(word.split("=")[0]) + r"(?![\w-])", text):
                return f"{' '.join(verb)} has no option {word}"
    return None


def commands(text):
    """(number, command) of each line in a ```sh block, with continued lines joined and pipes taken apart."""
    inside = False
    waiting = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```sh"
            continue
        if not inside:
            continue
        waiting += line.strip()
        if waiting.endswith("\\"):
            waiting = waiting[:-1] + " "
            continue
        for part in re.split(r"\s(?:\||&&|;)\s", waiting):
            yield number, re.split(r"\s[<>]{1,2}\s", part)[0].rstrip("& ").strip()
        waiting = ""


def body():
    found = 0
    problems = []
    for path in sys.argv[1:]:
        with open(path) as file:
            text = file.read()
        for number, line in commands(text):
            found += 1
            problem = check_command(line)
            if problem:
                problems.append(f"{path}:{number}: {problem}")
        for place in PLACES.findall(text):
            if not os.path.exists(place):
                problems.append(f"{path}: {place} is not there")
    if problems:
        raise Failed("\n".join(problems))
    if found == 0:
        raise Failed("no command was found in the documentation")
    print(f"{found} command lines in {len(sys.argv) - 1} files")
    return 0


if __name__ == "__main__":
    main(body)
