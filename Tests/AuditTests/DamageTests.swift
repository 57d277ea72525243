import Crypto
import Foundation
import Log
import Testing

/// One way in which a copy can be wrong, and what both verifiers must say about it.
struct Damage: CustomTestStringConvertible, Sendable {
  let name: String
  /// The place as each of them prints it, behind the log's folder.
  let place: String
  let change: @Sendable (URL) throws -> Void

  init(_ name: String, at place: String, _ change: @escaping @Sendable (URL) throws -> Void) {
    self.name = name
    self.place = place
    self.change = change
  }

  var testDescription: String { name }

  /// Done to the folder of the log `nl/1`, which has 700 entries.
  static let all: [Damage] =
    [
      Damage("bit in a header", at: "entries [300]") {
        try flip($0.appendingPathComponent("entries"), at: 300 * 216 + 60)
      },
      Damage("bit in a signature", at: "entries [699]") {
        try flip($0.appendingPathComponent("entries"), at: 699 * 216 + 160)
      },
      Damage("bit in a body", at: "bodies/00000000 [0]") {
        try flip($0.appendingPathComponent("bodies/00000000"), at: 20)
      },
      Damage("bit in the length of a body record", at: "bodies/00000000 [0]") {
        try flip($0.appendingPathComponent("bodies/00000000"), at: 6)
      },
      Damage("bit in hashes", at: "hashes [511]") {
        try flip($0.appendingPathComponent("hashes"), at: 511 * 32)
      },
      Damage("bit in nodes", at: "nodes [2]") {
        try flip($0.appendingPathComponent("nodes"), at: 2 * 32 + 5)
      },
      Damage("bit in the index", at: "bodies.index [12]") {
        try flip($0.appendingPathComponent("bodies.index"), at: 12 * 32 + 11)
      },
      Damage("offset in the index", at: "bodies/00000000 [12]") {
        try flip($0.appendingPathComponent("bodies.index"), at: 12 * 32 + 6)
      },
      Damage("state in the index", at: "bodies.index [12]") {
        try flip($0.appendingPathComponent("bodies.index"), at: 12 * 32 + 12)
      },
      Damage("bit in control", at: "control [3]") {
        try flip($0.appendingPathComponent("control"), at: 3 * 16 + 7)
      },
      Damage("bit in a checkpoint", at: "checkpoints [1]") {
        try flip($0.appendingPathComponent("checkpoints"), at: 320 + 40)
      },
      Damage("bit in a checkpoint's signature, checksum made right", at: "checkpoints [1]") {
        try edit($0.appendingPathComponent("checkpoints")) { data in
          var frame = [UInt8](data[320..<640])
          let text = String(decoding: frame[16..<304], as: UTF8.self)
          let line = text.range(of: "nl/1 ", options: .backwards)!
          let place = 16 + text.utf8.distance(from: text.startIndex, to: line.upperBound) + 20
          frame[place] = frame[place] == 0x41 ? 0x42 : 0x41
          frame.replaceSubrange(304..<320, with: SHA256.hash(Array(frame[..<304])).array[..<16])
          data.replaceSubrange(320..<640, with: frame)
        }
      },
      Damage("bit in a cosignature", at: "cosignatures [0]") {
        try flip($0.appendingPathComponent("cosignatures"), at: 100)
      },
      Damage("bit in a cosignature, checksum made right", at: "cosignatures [0]") {
        try edit($0.appendingPathComponent("cosignatures")) { data in
          var frame = [UInt8](data[..<192])
          frame[100] ^= 1
          frame.replaceSubrange(176..<192, with: SHA256.hash(Array(frame[..<176])).array[..<16])
          data.replaceSubrange(0..<192, with: frame)
        }
      },
      Damage("swapped entries", at: "entries [20]") {
        try edit($0.appendingPathComponent("entries")) { data in
          let first = data[(20 * 216)..<(21 * 216)]
          let second = data[(21 * 216)..<(22 * 216)]
          data.replaceSubrange((20 * 216)..<(22 * 216), with: second + first)
        }
      },
      Damage("foreign entry", at: "entries [30]") {
        let author = try Author("be", entries: 40)
        try edit($0.appendingPathComponent("entries")) { data in
          data.replaceSubrange((30 * 216)..<(31 * 216), with: author.leaves[30])
        }
      },
      Damage("missing segment", at: "bodies/00000000 [0]") {
        try FileManager.default.removeItem(at: $0.appendingPathComponent("bodies/00000000"))
      },
      Damage("truncated segment", at: "bodies/00000000 [699]") {
        try edit($0.appendingPathComponent("bodies/00000000")) { $0.removeLast(1) }
      },
      Damage("identity malformed", at: "/identity") {
        try flip($0.appendingPathComponent("identity"), at: 2)
      },
      Damage("identity of another key", at: "/identity") { folder in
        let other = try Author("nl", keyed: "stolen").identity
        let text =
          "liaison-identity/v1\norigin nl/1\nlog \(Base64.encode(other.key.array))\n"
        try Data(text.utf8).write(to: folder.appendingPathComponent("identity"))
      },
    ]
    + ["entries", "hashes", "nodes", "bodies.index", "control", "checkpoints", "cosignatures"]
    .map { file in
      Damage("\(file) is missing", at: "/\(file)") {
        try FileManager.default.removeItem(at: $0.appendingPathComponent(file))
      }
    }

  /// Nobody acknowledged what is behind the head; without journals nothing else says where a log
  /// ends.
  static let trailing: [Damage] =
    [
      "entries", "hashes", "nodes", "bodies.index", "control", "checkpoints", "cosignatures",
      "bodies/00000000",
    ].map { file in
      Damage("\(file) has trailing bytes", at: file) {
        try edit($0.appendingPathComponent(file)) { $0.append(contentsOf: [0, 0, 0]) }
      }
    }

  /// Files that the journals cannot make whole: in a copy of the log alone.
  static let truncations: [Damage] =
    ["entries", "hashes", "nodes", "bodies.index", "control", "checkpoints", "cosignatures"].map {
      file in
      Damage("\(file) is truncated", at: "\(file) [") {
        try edit($0.appendingPathComponent(file)) { $0.removeLast(5) }
      }
    }
}

@Suite("Both verifiers say no, and where", .enabled(if: pythonIsThere))
struct DamageTests {
  @Test("in a data folder", arguments: Damage.all)
  func dataFolder(_ damage: Damage) throws {
    let workshop = try Workshop()
    let folder = try DataFolder(workshop)
    let cards = try workshop.cards(folder.authors)
    try damage.change(folder.log(folder.nl))
    try expectFailure(folder.url, cards, damage)
  }

  @Test("in a copy of one log", arguments: Damage.truncations + Damage.trailing + Damage.all)
  func logFolder(_ damage: Damage) throws {
    let workshop = try Workshop()
    let folder = try DataFolder(workshop)
    let cards = try workshop.cards(folder.authors)
    let copy = try workshop.copy(folder.log(folder.nl))
    // A copy by another name than the log's id cannot tell that the identity file is another's: the
    // card can.
    try damage.change(copy)
    try expectFailure(copy, cards, damage)
  }

  private func expectFailure(_ folder: URL, _ cards: [URL], _ damage: Damage) throws {
    let place = damage.place.hasPrefix("/") ? String(damage.place.dropFirst()) : damage.place
    for opinion in [try swift(folder, cards), try python(folder, cards)] {
      #expect(opinion.last == "RESULT failed 1", "\(opinion.output)")
      #expect(opinion.code == 1)
      #expect(opinion.says(place), "\(place) not in\n\(opinion.output)")
    }
  }
}
