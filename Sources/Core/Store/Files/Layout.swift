/// How bytes lie: sizes that the format fixes, and the largest numbers that it has
/// (Protocols/store.md, 4, 5 and 9).
enum Layout {
  // The largest numbers that a store writes (Protocols/store.md, 9). Each is checked where it is
  // read, so that no sum or product of what a disk gives can leave its type: 2^40 records of 320
  // bytes stay below 2^49, and 2^40 bodies of 1 MiB with all that one journal adds below 2^61.
  /// Entries of a log, and records or frames of each of its files.
  static let recordsMost: UInt64 = 1 << 40
  /// Bytes of all bodies that a log ever stored.
  static let bodyBytesMost: UInt64 = 1 << 60
  /// A segment's name has eight digits.
  static let segmentsMost: UInt32 = 100_000_000
  /// Generations of a journal, and frames of one.
  static let framesMost: UInt64 = 1 << 62
  /// The part of a journal that is read: the length of a frame's payload is a u32.
  static let journalMost: UInt64 = 1 << 32
  /// Payload of a commit: the leaves of one replacement are the most that one takes, 65,536 of 216
  /// bytes.
  static let commitMost = 16 << 20

  static let format = Array("liaison-store/v1\n".utf8)
  static let checksumBytes = 16
  /// Frames begin at multiples of a page: a torn write never touches an acknowledged frame.
  static let journalPage = 4096
  /// A head in the journal with its note, rounded up.
  static let headBytes = 512
  static let hashBytes = 32
  static let indexBytes = 32
  /// The withdrawal in an index record, and in a `states` record.
  static let withdrawalMarkBytes = 16
  static let controlBytes = 16
  static let bodyHeaderBytes = 16
  /// Entries below one node of `nodes`: its lowest level is 8.
  static let nodeLevel = 8
  static let blockEntries = 256
  static let checkpointBytes = 320
  static let checkpointNoteBytes = 288
  static let cosignatureBytes = 192
}
