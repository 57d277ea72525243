/// A legal form: its own number, and that of the kind it belongs to; 0 is no kind.
struct LegalForm: Hashable, Sendable {
  var form: Int
  var kind: Int
}

/// Legal forms, common words, numbers and countries in names of organisations: lines of the tables,
/// folded once as names are, so that both are folded alike.
struct OrganizationTable: Sendable {
  static let shared = OrganizationTable()

  private struct Entry {
    var hash: UInt64
    var form: Int
    var kind: Int
  }

  private let legalForms: [Entry]
  private let commonWords: [Entry]
  private let numbers: [Entry]
  private let places: [UInt64]
  private let stopWords: [UInt64]

  private init() {
    legalForms = OrganizationTable.entries(.legalForms, text: 2) { fields in
      guard let form = Int(fields[0]), let kind = Int(fields[1]) else { return nil }
      return (form, kind)
    }
    var kinds = [String: Int]()
    commonWords = OrganizationTable.entries(.organisationWords, text: 1) { fields in
      let number = kinds[fields[0]] ?? kinds.count + 1
      kinds[fields[0]] = number
      return (number, 0)
    }
    numbers = OrganizationTable.entries(.numbers, text: 1) { fields in
      Int(fields[0]).map { ($0, 0) }
    }
    places = OrganizationTable.entries(.places, text: 0) { _ in (0, 0) }.map(\.hash)
    stopWords = OrganizationTable.entries(.stopWords, text: 0) { _ in (0, 0) }.map(\.hash)
  }

  private static func entries(
    _ section: TableFile.Section, text column: Int, _ numbers: ([String]) -> (Int, Int)?
  ) -> [Entry] {
    var entries = [Entry]()
    TableFile.section(section, of: UInt8.self).lines { fields in
      guard fields.count > column, let (form, kind) = numbers(fields) else { return }
      var reader = NameReader(kind: .organization)
      reader.read(fields[column])
      guard !reader.words.isEmpty else { return }
      entries.append(Entry(hash: hash(reader.words[...]), form: form, kind: kind))
    }
    return entries.sorted { ($0.hash, $0.form) < ($1.hash, $1.form) }
  }

  /// Words as one, so that o.o.o., OOO and o o o are the same.
  static func hash(_ words: ArraySlice<Word>) -> UInt64 {
    var hash = Hash64()
    for word in words {
      if word.own.isEmpty {
        for index in 0..<word.spelling.count { hash.add(word.spelling[index]) }
      } else {
        for scalar in word.own { hash.add(scalar: scalar) }
      }
    }
    return hash.value
  }

  private static func find(_ hash: UInt64, _ entries: [Entry]) -> Entry? {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].hash < hash { low = middle + 1 } else { high = middle }
    }
    guard low < entries.count, entries[low].hash == hash else { return nil }
    return entries[low]
  }

  private static func contains(_ hash: UInt64, _ hashes: [UInt64]) -> Bool {
    var low = 0
    var high = hashes.count
    while low < high {
      let middle = (low + high) / 2
      if hashes[middle] < hash { low = middle + 1 } else { high = middle }
    }
    return low < hashes.count && hashes[low] == hash
  }

  func legalForm(_ hash: UInt64) -> LegalForm? {
    OrganizationTable.find(hash, legalForms).map { LegalForm(form: $0.form, kind: $0.kind) }
  }

  /// - Returns: one number for all words that mean the same: bank, banque.
  func commonWord(_ hash: UInt64) -> Int? {
    OrganizationTable.find(hash, commonWords)?.form
  }

  func number(_ hash: UInt64) -> Int? { OrganizationTable.find(hash, numbers)?.form }
  func isPlace(_ hash: UInt64) -> Bool {
    OrganizationTable.contains(hash, places) || OrganizationTable.regions.contains(hash)
  }
  private static let regions = WordList(
    "europe africa asia america eurasia pacific eu europa afrika asien amerika")
  func isStopWord(_ hash: UInt64) -> Bool { OrganizationTable.contains(hash, stopWords) }
}
