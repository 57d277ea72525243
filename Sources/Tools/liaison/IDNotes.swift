import CommandLine
import Crypto
import Records
import Runtime
import Secrets

/// The file `ids`: where ids of own records stand in the own logs.
///
/// A salt of 32 bytes, and then lines of 20: the hash of an id under the salt (8), the epoch (4),
/// the index (8), big-endian, so that no id stands in it. A line whose hash is 0 says that the log
/// of its epoch was read up to its index. A part of a line at the end was left by a crash, and is
/// cut off.
struct IDNotes {
  /// One version of a record.
  struct Place: Hashable, Comparable {
    let epoch: UInt32
    let index: UInt64

    static func < (a: Place, b: Place) -> Bool { (a.epoch, a.index) < (b.epoch, b.index) }
  }

  private let file: AppendFile
  private let salt: [UInt8]

  private static let saltBytes = 32
  private static let lineBytes = 20
  /// Bytes that are read at a time: whole lines.
  private static let chunkBytes = lineBytes * 50_000

  /// - Parameter wait: what to do until nobody else writes; nil: only to read.
  init(_ path: String, lockingWith wait: (() -> Void)?) throws(Failure) {
    do throws(SystemError) {
      file = try AppendFile(path)
      if let wait {
        while try !file.lock() { wait() }
        if file.bytes < UInt64(IDNotes.saltBytes) {
          var random = SystemRandom()
          try file.truncate(toBytes: 0)
          try file.append(random.bytes(IDNotes.saltBytes))
        }
        let rest = (file.bytes - UInt64(IDNotes.saltBytes)) % UInt64(IDNotes.lineBytes)
        if rest > 0 { try file.truncate(toBytes: file.bytes - rest) }
      }
      salt = try file.read(at: 0, count: IDNotes.saltBytes)
    } catch {
      throw Failure(input: error)
    }
  }

  /// Never 0.
  func hash(_ id: RecordID) -> UInt64 {
    let hash = BLAKE2b.hash256(key: salt.span, Array(id.text.utf8)).array
    return max(1, hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }

  // MARK: - Reading

  /// Up to where each epoch was read.
  func marks() throws(Failure) -> [UInt32: UInt64] {
    var marks: [UInt32: UInt64] = [:]
    try read { hash, place in if hash == 0 { marks[place.epoch] = place.index } }
    return marks
  }

  /// Every hash.
  func hashes() throws(Failure) -> Set<UInt64> {
    var hashes: Set<UInt64> = []
    try read { hash, _ in if hash != 0 { hashes.insert(hash) } }
    return hashes
  }

  /// The places of records with one of these hashes.
  func places(_ wanted: Set<UInt64>) throws(Failure) -> [UInt64: [Place]] {
    var places: [UInt64: [Place]] = [:]
    try read { hash, place in
      if wanted.contains(hash) { places[hash, default: []].append(place) }
    }
    return places
  }

  private func read(_ take: (UInt64, Place) -> Void) throws(Failure) {
    var offset = UInt64(IDNotes.saltBytes)
    while offset < file.bytes {
      let bytes: [UInt8]
      do throws(SystemError) {
        bytes = try file.read(at: offset, count: IDNotes.chunkBytes)
      } catch {
        throw Failure(input: error)
      }
      var start = 0
      while start + IDNotes.lineBytes <= bytes.count {
        let epoch = UInt32(truncatingIfNeeded: IDNotes.number(bytes, start + 8, bytes: 4))
        let index = IDNotes.number(bytes, start + 12, bytes: 8)
        take(IDNotes.number(bytes, start, bytes: 8), Place(epoch: epoch, index: index))
        start += IDNotes.lineBytes
      }
      guard start > 0 else { return }
      offset += UInt64(start)
    }
  }

  private static func number(_ line: [UInt8], _ start: Int, bytes count: Int) -> UInt64 {
    var number: UInt64 = 0
    for index in start..<(start + count) { number = number << 8 | UInt64(line[index]) }
    return number
  }

  // MARK: - Writing

  /// Records of one epoch, and up to where it was read. The mark is synced behind what it speaks
  /// of.
  func append(_ found: [(hash: UInt64, place: Place)], upTo mark: Place) throws(Failure) {
    var lines: [UInt8] = []
    lines.reserveCapacity(found.count * IDNotes.lineBytes)
    for (hash, place) in found { IDNotes.write(hash, place, to: &lines) }
    var last: [UInt8] = []
    IDNotes.write(0, mark, to: &last)
    do throws(SystemError) {
      try file.append(lines)
      try file.append(last)
    } catch {
      throw Failure(input: error)
    }
  }

  private static func write(_ hash: UInt64, _ place: Place, to lines: inout [UInt8]) {
    for shift in stride(from: 56 as UInt64, through: 0, by: -8) {
      lines.append(UInt8(truncatingIfNeeded: hash >> shift))
    }
    for shift in stride(from: 24 as UInt32, through: 0, by: -8) {
      lines.append(UInt8(truncatingIfNeeded: place.epoch >> shift))
    }
    for shift in stride(from: 56 as UInt64, through: 0, by: -8) {
      lines.append(UInt8(truncatingIfNeeded: place.index >> shift))
    }
  }

  /// They are of another log under this name: they begin anew.
  func forget() throws(Failure) {
    do throws(SystemError) {
      try file.truncate(toBytes: UInt64(IDNotes.saltBytes))
    } catch {
      throw Failure(input: error)
    }
  }
}
