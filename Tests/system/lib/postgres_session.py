"""A session with a PostgreSQL server: the simple query protocol on a Unix socket, without a password. Python's standard library alone."""
import socket, struct
from nodes import Failed

SESSION_SECONDS = 60
PROTOCOL = 3 << 16
# Types of pg_type, by number; all else is text.
NUMBERS = {20, 21, 23, 26}
BOOLEAN, BYTES = 16, 17


class ServerFailed(Failed):
    """The server cannot be reached, or it answered with an error: `code` is its SQLSTATE, None where there is no answer."""

    def __init__(self, message, code=None, ends_session=True):
        super().__init__(message)
        self.code = code
        self.ends_session = ends_session


class Session:
    def __init__(self, path, user, database, **options):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(SESSION_SECONDS)
        self.received = b""
        try:
            self.socket.connect(path)
            self.greet({"user": user, "database": database, "client_encoding": "UTF8", **options})
        except OSError as error:
            self.socket.close()
            raise ServerFailed(f"{path}: {error}")
        except ServerFailed:
            self.socket.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def greet(self, words):
        body = b"".join(name.encode() + b"\0" + value.encode() + b"\0" for name, value in words.items()) + b"\0"
        self.socket.sendall(struct.pack(">II", len(body) + 8, PROTOCOL) + body)
        self.read_answer()

    def query(self, sql):
        """The rows of all that `sql` asks, as tuples: numbers, text, bytes, booleans and None."""
        text = sql.encode() + b"\0"
        try:
            self.socket.sendall(b"Q" + struct.pack(">I", len(text) + 4) + text)
            return self.read_answer()
        except OSError as error:
            raise ServerFailed(f"{self.path}: {error}")

    def read_answer(self):
        """All messages until the server waits for the next question."""
        rows, types, failure = [], [], None
        while True:
            kind, body = self.message()
            if kind == b"T":
                types = column_types(body)
            elif kind == b"D":
                rows.append(row(body, types))
            elif kind == b"E":
                failure = failure_of(body)
                if failure.ends_session:
                    raise failure
            elif kind == b"R" and struct.unpack(">I", body[:4])[0] != 0:
                raise ServerFailed(f"{self.path}: the server asks for a password")
            elif kind == b"Z":
                if failure:
                    raise failure
                return rows

    def message(self):
        kind = self.take(1)
        length, = struct.unpack(">I", self.take(4))
        return kind, self.take(length - 4)

    def take(self, count):
        while len(self.received) < count:
            more = self.socket.recv(1 << 16)
            if not more:
                raise ServerFailed(f"{self.path}: the server closed the connection")
            self.received += more
        taken, self.received = self.received[:count], self.received[count:]
        return taken


def column_types(body):
    """The numbers of the columns' types."""
    types, at = [], 2
    for _ in range(struct.unpack(">H", body[:2])[0]):
        at = body.index(b"\0", at) + 1
        types.append(struct.unpack(">I", body[at + 6:at + 10])[0])
        at += 18
    return types


def row(body, types):
    values, at = [], 2
    for kind in types:
        length, = struct.unpack(">i", body[at:at + 4])
        at += 4
        if length < 0:
            values.append(None)
            continue
        values.append(value(body[at:at + length].decode(), kind))
        at += length
    return tuple(values)


def value(text, kind):
    if kind in NUMBERS:
        return int(text)
    if kind == BYTES:
        return bytes.fromhex(text[2:])
    return text == "t" if kind == BOOLEAN else text


def failure_of(body):
    fields = {field[:1]: field[1:].decode(errors="replace") for field in body.split(b"\0") if field}
    severity = fields.get(b"V")
    return ServerFailed(f"{severity}: {fields.get(b'M')}", fields.get(b"C"), severity in ("FATAL", "PANIC"))
