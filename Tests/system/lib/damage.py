"""Copies of a data folder with one byte flipped. Only for showing that an audit fails there."""
import base64, hashlib, os, shutil, stat

LEAF_BYTES = 216


def log_id(card_path):
    """The log id of a card: Protocols/log.md, 1."""
    fields = {}
    with open(card_path) as file:
        for line in file.read().split("\n\n", 1)[0].splitlines()[1:]:
            name, value = line.split(" ", 1)
            fields[name] = value
    key = base64.b64decode(fields["log"])
    return hashlib.sha256(b"liaison-log/v1\n" + fields["origin"].encode() + b"\n" + key).hexdigest()


def copy_folder(source, target):
    """Everything but sockets; what holds secrets stays behind, as an auditor's copy should."""
    def left_out(folder, names):
        return [name for name in names
                if name == "secrets" or stat.S_ISSOCK(os.lstat(os.path.join(folder, name)).st_mode)]
    shutil.copytree(source, target, ignore=left_out)


def flip_in_copy(source, target, card_path, part):
    """Copies `source` and flips the lowest bit of one byte of the card's log there; says where.
    `part` is `entries`, a signature in the middle of the log, or `bodies`, a byte of a stored body."""
    copy_folder(source, target)
    folder = os.path.join(target, "logs", log_id(card_path))
    path = os.path.join(folder, "entries")
    if part == "bodies":
        segments = os.path.join(folder, "bodies")
        path = os.path.join(segments, sorted(os.listdir(segments))[0])
    size = os.path.getsize(path)
    if part == "entries":
        offset = (size // LEAF_BYTES // 2) * LEAF_BYTES + 160
        place = f"leaf of entry {offset // LEAF_BYTES}"
    else:
        offset = size // 2
        place = "a stored body"
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)
        if len(byte) != 1:
            raise ValueError(f"{path} has no byte {offset}")
        file.seek(offset)
        file.write(bytes([byte[0] ^ 1]))
    return f"{os.path.relpath(path, target)}, byte {offset} ({place}): {byte[0]:02x} is now {byte[0] ^ 1:02x}"
