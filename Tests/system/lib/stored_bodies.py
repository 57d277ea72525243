"""Sealed bytes as they lie in a node's files: whether they are there, and whether they are gone."""
import os, struct

SAMPLE = 48


def stored_body(node, entry):
    """The last sealed bytes of an entry, `nl/1/17`, as they lie in the node's folder."""
    origin, index = entry.rsplit("/", 1)
    log = next(log["id"] for log in node.status()["logs"] if log["origin"] == origin)
    folder = os.path.join(node.data, "logs", log)
    with open(os.path.join(folder, "bodies.index"), "rb") as file:
        file.seek(32 * int(index))
        segment, offset, length = struct.unpack(">III", file.read(12))
    with open(os.path.join(folder, f"bodies/{segment:08d}"), "rb") as file:
        file.seek(offset + 16)
        return file.read(length)[-SAMPLE:]


def files_with(folder, sample):
    """Every file below a folder that holds these bytes."""
    found = []
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    if sample in file.read():
                        found.append(path)
    return found
