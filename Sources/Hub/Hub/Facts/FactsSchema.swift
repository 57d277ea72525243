internal import SQL

/// The tables of what is derived from the daemon's records (Protocols/hub.md, 3). They are rebuilt,
/// never altered.
enum FactsSchema {
  /// Another schema, other keys or another way to fold mean a new file: never a silent mix.
  static let version = 8
  /// Raised when `Records` reads identifiers, references or words in another way.
  static let readingVersion = 2

  static let tables = """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE log (number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, origin TEXT NOT NULL, next INTEGER NOT NULL);
    CREATE TABLE entry (
      number INTEGER PRIMARY KEY, log INTEGER NOT NULL, place INTEGER NOT NULL,
      node TEXT NOT NULL, epoch INTEGER NOT NULL, id TEXT, type TEXT NOT NULL,
      time INTEGER NOT NULL, expiry INTEGER NOT NULL, state INTEGER NOT NULL, purposes INTEGER NOT NULL,
      problems INTEGER NOT NULL, current INTEGER NOT NULL, told INTEGER NOT NULL, record BLOB, via TEXT, leave TEXT,
      audience INTEGER NOT NULL, kept INTEGER NOT NULL);
    CREATE UNIQUE INDEX entry_place ON entry (log, place);
    CREATE INDEX entry_name ON entry (node, id, (state = 0), epoch, place) WHERE id IS NOT NULL;
    CREATE INDEX entry_sharing ON entry (type, time) WHERE type IN ('rfi', 'consent', 'reshare') AND current = 1;
    CREATE INDEX entry_audience ON entry (audience, log, time, place) WHERE audience >= 0;
    CREATE INDEX entry_exchange ON entry (node, type, time) WHERE type IN ('rfi', 'answer') AND audience >= 0;
    CREATE TABLE audience (number INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE, members TEXT NOT NULL);
    CREATE TABLE gone (
      log INTEGER, place INTEGER, time INTEGER NOT NULL, expiry INTEGER NOT NULL, state INTEGER NOT NULL,
      expired INTEGER NOT NULL, audience INTEGER NOT NULL, told INTEGER NOT NULL, PRIMARY KEY (log, place)) WITHOUT ROWID;
    CREATE INDEX gone_audience ON gone (audience, log, time, place);
    CREATE TABLE contribution (
      audience INTEGER, log INTEGER, quarter INTEGER, expiry INTEGER, what TEXT, correction INTEGER,
      count INTEGER NOT NULL, PRIMARY KEY (audience, log, quarter, expiry, what, correction)) WITHOUT ROWID;
    CREATE TABLE selector (kind INTEGER, value BLOB, entry INTEGER, PRIMARY KEY (kind, value, entry)) WITHOUT ROWID;
    CREATE TABLE range (
      series BLOB, digits INTEGER, low BLOB, high BLOB, entry INTEGER,
      PRIMARY KEY (series, digits, low, high, entry)) WITHOUT ROWID;
    CREATE TABLE reference (target TEXT, entry INTEGER, field TEXT, PRIMARY KEY (target, entry, field)) WITHOUT ROWID;
    CREATE TABLE word (word INTEGER, entry INTEGER, PRIMARY KEY (word, entry)) WITHOUT ROWID;
    CREATE TABLE keys (number INTEGER PRIMARY KEY, entry INTEGER NOT NULL UNIQUE, keys BLOB NOT NULL, fields BLOB NOT NULL, flags INTEGER NOT NULL);
    CREATE TABLE touched (number INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE dropped (number INTEGER PRIMARY KEY, keys INTEGER NOT NULL);
    CREATE TABLE sharing (kind INTEGER, log BLOB, place INTEGER, entry INTEGER, PRIMARY KEY (kind, log, place, entry)) WITHOUT ROWID;
    CREATE TABLE ask (log BLOB, place INTEGER, number INTEGER NOT NULL, PRIMARY KEY (log, place)) WITHOUT ROWID;
    CREATE TABLE tally (kind TEXT, name TEXT, count INTEGER NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
    """
}

/// Bits of `keys.flags`: what a person or an organisation is taken for without its record being
/// read.
struct NameFlags: OptionSet, Hashable, Sendable {
  let rawValue: Int64
  /// It may be the reason to stop somebody (Protocols/hub.md, HUB-77).
  static let acts = NameFlags(rawValue: 1)
  /// It is one that its author looks for.
  static let wanted = NameFlags(rawValue: 2)
  /// This node published it.
  static let own = NameFlags(rawValue: 4)

  /// A watch that nobody asked for (HUB-75).
  var isWatch: Bool { isSuperset(of: [.wanted, .own]) }
}

/// Bits of `entry.state`: what is to be known of an entry before its record is used.
struct EntryState: OptionSet, Hashable, Sendable {
  let rawValue: Int64
  /// The entry stands at or above a proven fork.
  static let disputed = EntryState(rawValue: 1)
  /// Above the end that the next epoch gave its log.
  static let late = EntryState(rawValue: 2)
  /// It opens, and is no record.
  static let malformed = EntryState(rawValue: 4)

  /// A version that stands: it is current before any that does not.
  var stands: Bool { isDisjoint(with: [.disputed, .late, .malformed]) }
}
