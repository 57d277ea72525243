import CommandLine
import Foundation
import Matching
import Records

/// Candidates among a million invented persons: the first 50,000 are those of the shared folder,
/// the others take the given names of one of them, the family name of another of the same
/// nationality, and the date of birth of a third. To these come the persons that are asked for.
enum HubCandidates {
  static let limit = 50
  private static let misspelt = 2_000

  private struct Question {
    var kind: String
    var asked: String
    var person: UInt32
    var born: [PartialDate]
  }

  static func run(_ shared: String, persons: Int) throws -> JSON {
    var random = NameRandom(state: 20_160_111)
    let people = try InventedPeople(shared, count: persons)
    var builder = CandidateIndex.Builder()
    var blobs = [[UInt8]]()
    blobs.reserveCapacity(persons)
    let folding = clock()
    var keyCount = 0
    for number in 0..<persons {
      let person = people[number]
      let keys = Evidence(
        names: [Evidence.Name(FoldedName(person.name))], birthDates: person.born
      ).filedKeys
      keyCount += keys.count
      blobs.append(NameKey.blob(keys))
    }
    let foldSeconds = processorSeconds(since: folding)
    var questions = try asked(shared, people, persons, &random)
    // Persons that are asked for and are not among the invented ones come behind them.
    for person in questions.added { blobs.append(NameKey.blob(person.filedKeys)) }
    let building = clock()
    builder = CandidateIndex.Builder(expecting: keyCount)
    for (number, blob) in blobs.enumerated() { _ = builder.add(UInt32(number), blob: blob) }
    var index = CandidateIndex(builder)
    let buildSeconds = processorSeconds(since: building)
    questions.list.sort { $0.person < $1.person }
    let dated = ask(index, questions.list, dated: true)
    let undated = ask(index, questions.list, dated: false)
    let update = clock()
    let updates = min(20_000, persons)
    for number in 0..<updates {
      index.insert(
        UInt32(blobs.count + number), NameKey.keys(ofBlob: blobs[number]) ?? [])
    }
    let updateSeconds = processorSeconds(since: update)
    return .object([
      ("persons", .count(blobs.count)),
      ("keysOfOne", .figure(Double(keyCount) / Double(max(1, persons)))),
      ("filedMicroseconds", .figure(foldSeconds / Double(max(1, persons)) * 1e6)),
      ("buildProcessorSeconds", .figure(buildSeconds)), ("indexBytes", .count(index.bytes)),
      ("insertMicroseconds", .figure(updateSeconds / Double(max(1, updates)) * 1e6)),
      ("withBirthDate", dated), ("withoutBirthDate", undated),
    ])
  }

  private static func asked(
    _ shared: String, _ people: InventedPeople, _ persons: Int, _ random: inout NameRandom
  ) throws -> (list: [Question], added: [Evidence]) {
    var list = [Question]()
    var added = [Evidence]()
    func add(_ kind: String, _ asked: String, _ listed: String, _ born: [PartialDate]) {
      list.append(
        Question(kind: kind, asked: asked, person: UInt32(persons + added.count), born: born))
      added.append(
        Evidence(names: [Evidence.Name(FoldedName(listed))], birthDates: born))
    }
    for pair in try NameData.pairs(shared) where pair.isMatch {
      guard Matcher.points(FoldedName(pair.a), FoldedName(pair.b)) >= HubNames.review else {
        continue
      }
      add("pairs", pair.a, pair.b, people[Int(random.below(UInt64(persons)))].born)
    }
    for person in try NameData.unitedNations(shared) {
      guard let primary = person.names.first else { continue }
      for name in person.names.dropFirst() {
        guard Matcher.points(FoldedName(name.full), FoldedName(primary.full)) >= HubNames.review
        else { continue }
        let kind =
          name.kind == "original"
          ? "unitedNations" + ScriptName.of(name.full) : "unitedNationsAlias"
        add(kind, name.full, primary.full, person.born)
      }
    }
    for _ in 0..<misspelt {
      let number = Int(random.below(UInt64(persons)))
      let person = people[number]
      list.append(
        Question(
          kind: "misspelt", asked: random.misspell(person.name), person: UInt32(number),
          born: person.born))
    }
    return (list, added)
  }

  private static func ask(_ index: CandidateIndex, _ questions: [Question], dated: Bool) -> JSON {
    var found = [String: (hits: Int, all: Int)]()
    var told = (hits: 0, all: 0)
    var milliseconds = [Double]()
    for question in questions {
      let start = clock()
      let evidence = Evidence(
        names: [Evidence.Name(FoldedName(question.asked))],
        birthDates: dated ? question.born : [])
      let answer = index.candidates(evidence.askedKeys, limit: limit)
      milliseconds.append(processorSeconds(since: start) * 1e3)
      let hit = answer.found.contains { $0.record == question.person }
      for key in [question.kind, "all"] {
        found[key, default: (0, 0)].all += 1
        if hit { found[key, default: (0, 0)].hits += 1 }
      }
      guard !hit else { continue }
      told.all += 1
      if answer.equallyGood > 0 { told.hits += 1 }
    }
    milliseconds.sort()
    func percentile(_ part: Double) -> JSON {
      .figure(
        milliseconds.isEmpty ? 0 : milliseconds[Int(part * Double(milliseconds.count - 1))])
    }
    return .object([
      ("found", HubNames.rates(found)), ("missed", .count(told.all)),
      ("missedAndSaidEquallyGood", .count(told.hits)),
      ("processorMillisecondsP50", percentile(0.5)),
      ("processorMillisecondsP99", percentile(0.99)),
    ])
  }

  /// Processor time, since other processes run on the machine.
  private static func processorSeconds(since start: clock_t) -> Double {
    Double(clock() - start) / Double(CLOCKS_PER_SEC)
  }
}

/// Invented persons, as many as are needed, each the same at every run.
struct InventedPeople {
  private let rows: [[String: String]]
  private let byNationality: [String: [Int]]

  init(_ shared: String, count: Int) throws {
    rows = try NameData.rows(shared + "/data/negatives_global.csv")
    guard !rows.isEmpty else { throw BenchError("negatives_global.csv is empty") }
    var groups = [String: [Int]]()
    for (number, row) in rows.enumerated() {
      groups[row["nationality"] ?? "", default: []].append(number)
    }
    byNationality = groups
  }

  subscript(number: Int) -> (name: String, born: [PartialDate]) {
    let row = rows[number % rows.count]
    guard number >= rows.count else { return (row["full_name"] ?? "", born(row)) }
    var random = NameRandom(state: UInt64(number))
    let kin = byNationality[row["nationality"] ?? ""] ?? [0]
    let other = rows[kin[Int(random.below(UInt64(kin.count)))]]
    let third = rows[Int(random.below(UInt64(rows.count)))]
    let parts = [row["first_name"], row["middle_name"], other["last_name"]].compactMap { $0 }
    return (parts.filter { !$0.isEmpty }.joined(separator: " "), born(third))
  }

  private func born(_ row: [String: String]) -> [PartialDate] {
    (try? PartialDate(parsing: row["date_of_birth"] ?? "")).map { [$0] } ?? []
  }
}

/// SplitMix64, and typing errors made of it.
struct NameRandom {
  var state: UInt64

  mutating func below(_ bound: UInt64) -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return (z ^ (z >> 31)) % bound
  }

  /// In a word of at least four letters one is left out, doubled, exchanged with the next, or
  /// another of the name stands in its place. Signs of syllables, which nobody mistypes by letters,
  /// stay as they are.
  mutating func misspell(_ name: String) -> String {
    var words = name.split(separator: " ").map { Array($0) }
    let long = words.indices.filter { index in
      words[index].count >= 4
        && words[index].allSatisfy { $0.isLetter && !NameRandom.isSyllable($0) }
    }
    guard !long.isEmpty else { return name }
    let chosen = long[Int(below(UInt64(long.count)))]
    var letters = words[chosen]
    let at = Int(below(UInt64(letters.count)))
    switch below(4) {
    case 0: letters.remove(at: at)
    case 1: letters.insert(letters[at], at: at)
    case 2: letters.swapAt(at, at + 1 < letters.count ? at + 1 : at - 1)
    default: letters[at] = letters[Int(below(UInt64(letters.count)))]
    }
    words[chosen] = letters
    return words.map { String($0) }.joined(separator: " ")
  }

  private static func isSyllable(_ character: Character) -> Bool {
    guard let scalar = character.unicodeScalars.first else { return false }
    return (0x3040...0x9fff).contains(scalar.value) || (0xac00...0xd7a3).contains(scalar.value)
  }
}
