import Foundation
import JSON

/// Invented persons, as many as are wanted. Those of the data folder repeat after 50,000: given
/// names of one and family names of another make the others, so that names are shared about as
/// often as in life.
struct Persons {
  struct Person {
    var id: String
    var name: String
    var born: String?
    var record: [UInt8]
  }

  private let seeds: [(given: String, family: String, born: String?)]
  /// They are to be stopped.
  private let isActing: Bool
  static let log = "nl/1"

  init(acting isActing: Bool = false) throws {
    self.isActing = isActing
    seeds = try RealRecords.records(50_000).compactMap { record in
      let object = try? JSONSerialization.jsonObject(with: Data(record.bytes)) as? [String: Any]
      let names = object?["name"] as? [[String: Any]]
      guard let full = names?.first?["full"] as? String else { return nil }
      let words = full.split(separator: " ")
      guard let last = words.last, words.count > 1 else { return nil }
      let born = (object?["birthDate"] as? [String])?.first
      return (words.dropLast().joined(separator: " "), String(last), born)
    }
    guard seeds.count > 100 else { throw BenchError("too few names to make persons of") }
  }

  subscript(number: Int) -> Person {
    let count = seeds.count
    let round = number / count
    let first = seeds[number % count]
    // A prime apart: each round pairs every given name with another family name.
    let second = seeds[(number + round * 7_919) % count]
    let third = seeds[(number + round * 104_729) % count]
    let name = "\(first.given) \(second.family)"
    let id = "p-\(number)"
    return Person(
      id: id, name: name, born: third.born, record: record(id, name, third.born, number))
  }

  private func record(_ id: String, _ name: String, _ born: String?, _ number: Int) -> [UInt8] {
    Persons.record(
      id, [(name, "primary")], born.map { [$0] } ?? [], isActing: isActing,
      number: "ID\(1_000_000 + number)",
      notes:
        "seen with others at place \(number % 1_000), reported by unit \(number % 37)")
  }

  /// Somebody who is to be stopped.
  static func acting(
    _ id: String, _ names: [(full: String, kind: String)], _ born: [String]
  ) -> [UInt8] {
    record(id, names, born, isActing: true, number: nil, notes: "of a list")
  }

  private static func record(
    _ id: String, _ names: [(full: String, kind: String)], _ born: [String], isActing: Bool,
    number: String?, notes: String
  ) -> [UInt8] {
    var writer = JSONWriter(reserving: 400)
    func text(_ key: StaticString, _ value: String) {
      writer.key(key)
      writer.string(value)
    }
    func list(_ key: StaticString, _ values: [String]) {
      guard !values.isEmpty else { return }
      writer.key(key)
      writer.beginArray()
      for value in values { writer.string(value) }
      writer.endArray()
    }
    writer.beginObject()
    text("type", "person")
    writer.key("v")
    writer.number(1)
    text("id", id)
    text("basis", "fact")
    text("grade", "B2")
    list("handling", ["H0"])
    list("purpose", ["ct"])
    text("category", "suspect")
    if isActing {
      writer.key("onHit")
      writer.beginObject()
      text("action", "discreet")
      writer.endObject()
    }
    writer.key("name")
    writer.beginArray()
    for name in names {
      writer.beginObject()
      text("full", name.full)
      if !name.kind.isEmpty { text("kind", name.kind) }
      writer.endObject()
    }
    writer.endArray()
    list("birthDate", born)
    list("nationality", ["nl"])
    list("idNumber", [number].compactMap { $0 })
    text("notes", notes)
    writer.endObject()
    return writer.bytes
  }

  /// A passport of one of them.
  func document(_ number: Int) -> [UInt8] {
    Array(
      #"{"type":"document","v":1,"id":"d-\#(number)","basis":"fact","grade":"B2","handling":["H0"],"purpose":["ct"],"documentType":"P","number":"NX\#(1_000_000 + number)","country":"nl","holder":"nl:p-\#(number)","state":"lost"}"#
        .utf8)
  }

  /// The name as somebody else would write it: a letter left out, doubled, or exchanged with its
  /// neighbour.
  static func misspelt(_ name: String, _ seed: Int) -> String {
    var letters = Array(name)
    let places = letters.indices.dropFirst(2).dropLast(2).filter {
      letters[$0].isLetter && letters[$0 + 1].isLetter
    }
    guard !places.isEmpty else { return name }
    let place = places[places.startIndex + seed % places.count]
    switch seed % 3 {
    case 0: letters.remove(at: place)
    case 1: letters.insert(letters[place], at: place)
    default: letters.swapAt(place, place + 1)
    }
    return String(letters)
  }
}
