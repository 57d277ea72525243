import Crypto
import Log
import Readability
import Simulation
import Store

/// The journal of readability as a start may find it: it is read or made anew, and one that was
/// read goes on, within its limits.
enum ReadabilityTarget {
  private static let limits: ReadabilityLimits = {
    var limits = ReadabilityLimits()
    limits.areaBytes = 4 * page
    limits.runs = 60
    limits.sessions = 8
    limits.doubtsOfLog = 3
    limits.doubts = 6
    return limits
  }()
  private static let page = 4_096

  private static func name(_ byte: UInt8) -> RandomName {
    RandomName([UInt8](repeating: byte, count: 16))
  }

  private static func log(_ byte: UInt8) -> LogID {
    LogID(SHA256.hash([byte]).bytes)
  }

  /// A file with a state and additions to it.
  private static let image: DiskImage = {
    let disk = SimulatedDisk()
    let journal = ChangeJournal(identity: name(1), session: name(2), limits: limits)
    fill(journal)
    write(journal, disk)
    journal.changed(5..<9, of: log(2), .grant)
    journal.passed([(log(1), 40..<44)])
    write(journal, disk)
    return disk.image
  }()

  private static func fill(_ journal: ChangeJournal) {
    journal.changed(3..<4, of: log(1), .body)
    journal.veiled(7..<9, of: log(1))
    journal.staged(20..<24, of: log(2), isTold: true)
    journal.compare(Standing(disputedFrom: 9, lateFrom: .max), of: log(1), size: 12)
    journal.compare([journal.id(of: [1]), journal.id(of: [2])], of: log(2), size: 30)
    _ = journal.compareOwn([journal.id(of: [3])], fresh: journal.id(of: [3]))
  }

  private static func write(_ journal: ChangeJournal, _ disk: SimulatedDisk) {
    while let operations = journal.takeWrite() {
      sure { try disk.execute(operations) }
      journal.written(true)
    }
  }

  static func run(_ input: inout FuzzInput) {
    let disk = SimulatedDisk(image)
    let flags = input.u8()
    harm(disk, &input)
    if flags & 1 == 1 { mendChecksums(disk) }
    guard let found = recover(disk, 3) else { return }
    ask(found)
    let end = found.end
    fill(found)
    ask(found)
    write(found, disk)
    check(found.end >= end && !found.hasUnwritten, "a journal that goes back, or is never written")
    guard let again = recover(disk, 4) else {
      preconditionFailure("a journal that was read and written is lost")
    }
    check(again.identity == found.identity, "another journal")
    check(again.end >= found.end, "numbers that were given are given again")
    check(again.knows(found.name, found.end), "the cursor of the start before is not known")
    ask(again)
  }

  private static func recover(_ disk: SimulatedDisk, _ session: UInt8) -> ChangeJournal? {
    switch try? ChangeJournal.recover(disk, session: name(session), limits: limits) {
    case .found(let journal): journal
    default: nil
    }
  }

  private static func ask(_ journal: ChangeJournal) {
    check(journal.firstNumber <= journal.end, "it begins behind its end")
    var number = journal.firstNumber
    var runs = 0
    while number < journal.durableEnd, let run = journal.run(at: number) {
      check(run.number <= number && number < run.endNumber, "a run that lacks its number")
      number = run.endNumber
      runs += 1
    }
    check(number == journal.durableEnd, "a gap in the numbers")
    check(runs <= limits.runs + 1_024 + limits.doubts, "\(runs) runs are kept")
  }

  private static func harm(_ disk: SimulatedDisk, _ input: inout FuzzInput) {
    var edits = 0
    while !input.isEmpty, edits < 16 {
      edits += 1
      let place = UInt64(input.below(2 * limits.areaBytes))
      let bytes: [UInt8]
      switch input.u8() % 3 {
      case 0: bytes = input.take(1 + input.below(128))
      case 1:
        let from = UInt64(input.below(2 * limits.areaBytes))
        bytes = (try? disk.read(.readability, at: from, count: input.u16())) ?? []
      default: bytes = [UInt8](repeating: 0, count: input.u16())
      }
      let room = Int(2 * limits.areaBytes) - Int(place)
      sure {
        try disk.execute(.write(.readability, offset: place, bytes: Array(bytes.prefix(room))))
      }
    }
  }

  /// Gives every frame the checksum of what stands in it now, so that its content is looked at.
  private static func mendChecksums(_ disk: SimulatedDisk) {
    guard let content = disk.image.content(of: .readability) else { return }
    let bytes = content.read(at: 0, count: content.count)
    for start in stride(from: 0, to: bytes.count, by: page)
    where bytes[start...].starts(with: Array("liaisonr".utf8)) {
      let count = bytes[(start + 12)..<(start + 16)].reduce(0) { $0 << 8 | Int($1) }
      guard count <= bytes.count - start - 48 else { continue }
      let sum = SHA256.hash(
        Array(bytes[start..<(start + 32)] + bytes[(start + 48)..<(start + 48 + count)])
      ).array[..<16]
      sure {
        try disk.execute(
          .write(.readability, offset: UInt64(start + 32), bytes: Array(sum)))
      }
    }
  }

  // MARK: Seeds

  static var seeds: [[UInt8]] {
    /// A part over a place of the file.
    func write(_ flags: UInt8, _ place: Int, _ bytes: [UInt8]) -> [UInt8] {
      [flags, UInt8(place >> 8), UInt8(place & 0xff), 0, UInt8(bytes.count - 1)] + bytes
    }
    let area = limits.areaBytes
    return [
      [0], [1], write(0, area + 8, [2]), write(1, area + 12, [0, 0, 0, 9]),
      write(1, area + 16, [0, 0, 0, 0, 0, 0, 0, 3]), write(1, area + 48, [1]),
      write(1, area + 65, [255, 255, 255, 255, 255, 255, 255, 255]),
      write(1, area + 73, [3, 1]), write(1, area + 73, [7, 255]), write(1, area + 73, [4]),
      write(1, area + page + 48, [3, 6]), write(1, area + page + 24, [0, 0, 0, 0, 0, 0, 0, 9]),
      [0, 0, 0, 1, UInt8(area >> 8), 0, 64, 0], [1, UInt8(area >> 8), 0, 2, 0, 64],
    ]
  }
}
