"""What hubs keep in their database, read beside them: for check_hub.py. `part` is facts, alerts or desk."""
import os, re, sqlite3, struct

PAGE_BYTES = 8192
# Not cases and judgements: they hold no word of a record.
PARTS = ["facts", "alerts"]


class Files:
    """SQLite files in the folder of one hub."""
    options = []

    def __init__(self, folder):
        self.folder = folder

    def query(self, part, *queries):
        database = sqlite3.connect(f"file:{self.folder}/{part}.db?mode=ro", uri=True)
        try:
            return [row for query in queries for row in database.execute(query)]
        finally:
            database.close()

    def raw(self):
        """All bytes in which a word of a record may stand, by where they are."""
        found = {}
        for name in os.listdir(self.folder):
            if name.startswith(tuple(f"{part}.db" for part in PARTS)):
                with open(os.path.join(self.folder, name), "rb") as file:
                    found[name] = file.read()
        return found

    def vacuum(self):
        """Removes rows that nobody sees any more; false: there are no such ones."""
        return False


class Schemas:
    """A database of a PostgreSQL server, with a schema for each of these files: of all hubs that were started on it."""

    def __init__(self, server, name):
        self.server = server
        self.name = name
        self.options = ["--database", server.url(name)]

    def query(self, part, *queries):
        with self.server.session(self.name, part) as session:
            return [row for query in queries for row in session.query(query)]

    def raw(self):
        """The pages of all tables and indexes, the server's log, and once more what stands, since long values are compressed in pages.
        Not the write-ahead log: the server writes it over in its own time."""
        self.server.query(self.name, "CHECKPOINT")
        with open(self.server.log_path, "rb") as log:
            said = log.read()
        return {"the server's log": said, "rows": b" ".join(self.standing()), "the planner's samples": b" ".join(self.samples()),
                "pages": b"".join(self.pages())}

    def pages(self):
        """Without what has no row any more."""
        (number,), = self.server.query(self.name, f"SELECT oid FROM pg_database WHERE datname = '{self.name}'")
        folder = f"{self.server.data}/base/{number}"
        for name in os.listdir(folder):
            if not re.fullmatch(r"\d+(\.\d+)?", name):
                continue
            try:
                with open(os.path.join(folder, name), "rb") as file:
                    while page := file.read(PAGE_BYTES):
                        yield used(page)
            except FileNotFoundError:
                # A table that the server has removed since.
                continue

    def tables(self):
        return self.query("facts", f"SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN {tuple(PARTS)}")

    def vacuum(self):
        for part, table in self.tables():
            self.server.query(self.name, f'VACUUM {part}."{table}"')
        return True

    def standing(self):
        for part, table in self.tables():
            for row in self.query(part, f'SELECT * FROM "{table}"'):
                yield from (value.encode() if isinstance(value, str) else value for value in row if isinstance(value, (str, bytes)))

    def samples(self):
        """What the planner keeps of columns: whole values of them."""
        for row in self.query("facts", f"SELECT most_common_vals, histogram_bounds FROM pg_stats WHERE schemaname IN {tuple(PARTS)}"):
            for text in filter(None, row):
                yield text.encode()
                yield from (bytes.fromhex(word) for word in re.findall(r"\\x((?:[0-9a-f]{2})*)", text))


def used(page):
    """A page without the hole in its middle: what is no row any more, living or dead, and will be written over."""
    if len(page) < PAGE_BYTES:
        return page
    lower, upper = struct.unpack_from("=HH", page, 12)
    return page[:lower] + page[upper:]
