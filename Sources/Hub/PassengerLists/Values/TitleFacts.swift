import Records

/// The facts that stand above a header: "Flight KL1234 2026-12-01", "Passengers: 300".
/// Protocols/lists.md, LIST-34.
struct TitleFacts: Sendable {
  private var flights: Set<String> = []
  private var dates: Set<PartialDate> = []

  /// The only one that was found.
  var flight: String? { flights.count == 1 ? flights.first : nil }
  var departure: PartialDate? { dates.count == 1 ? dates.first : nil }

  mutating func take(_ texts: [String]) {
    for text in texts {
      if let date = TitleFacts.day(text) { dates.insert(date) }
      let words = text.split(separator: " ", maxSplits: ListLimits.titleWords)
      var isAfterFlight = false
      for (place, word) in words.enumerated() {
        if words.count > 1, let date = TitleFacts.day(String(word)) { dates.insert(date) }
        let next = place + 1 < words.count ? words[place + 1] : ""
        if let flight = FlightNumber.read(word, next, isAfterFlight: isAfterFlight) {
          flights.insert(flight)
        }
        isAfterFlight = FlightNumber.isWord(word)
      }
    }
  }

  private static func day(_ text: String) -> PartialDate? {
    guard let written = try? WrittenDate.read(text), let date = written.date(nil),
      case .known(.day(let day)) = date, (1_990...2_100).contains(day.year)
    else { return nil }
    return date
  }
}

/// A carrier and a number.
enum FlightNumber {
  private static let words = Set(
    "flight flt vol flug vuelo lot let рейс رحلة الرحلة uçuş sefer".split(separator: " ").flatMap {
      WordFolding.words(of: String($0))
    })

  /// "Flight", in each language.
  static func isWord(_ word: Substring) -> Bool {
    guard word.utf8.count <= ListLimits.shownCharacters else { return false }
    let folded = WordFolding.words(of: String(word))
    return folded.count == 1 && words.contains(folded[0])
  }

  /// - Parameters:
  ///   - next: the word behind: the number may stand there.
  ///   - isAfterFlight: the word before says that it is a flight. Otherwise two letters and a
  ///     number are one, which types of aircraft (A320) are not.
  static func read(_ word: Substring, _ next: Substring, isAfterFlight: Bool) -> String? {
    let bytes = Array(word.utf8.prefix(9))
    if bytes.count == 2, isAfterFlight, isCarrier(bytes), isNumber(Array(next.utf8.prefix(6))) {
      return "\(word)\(next)"
    }
    guard bytes.count >= 3, isCarrier(Array(bytes[..<2])), isNumber(Array(bytes[2...])),
      isAfterFlight || bytes[..<2].allSatisfy({ (0x41...0x5a).contains($0) })
    else { return nil }
    return String(word)
  }

  private static func isCarrier(_ bytes: [UInt8]) -> Bool {
    bytes.allSatisfy { (0x41...0x5a).contains($0) || (0x30...0x39).contains($0) }
      && bytes.contains { (0x41...0x5a).contains($0) }
  }

  private static func isNumber(_ bytes: [UInt8]) -> Bool {
    var digits = bytes
    if let last = digits.last, (0x41...0x5a).contains(last) { digits.removeLast() }
    return (1...4).contains(digits.count) && digits.allSatisfy { (0x30...0x39).contains($0) }
  }
}

/// "Total: 300", "Итого;300": a footer, and how many it states. Protocols/lists.md, LIST-37.
enum TotalLine {
  private static let words = Set(
    """
    total totals grand number count of no sum passengers passenger pax persons travellers nombre de passagers personnes \
    summe gesamt gesamtzahl anzahl der passagiere personen número pasajeros personas suma razem łącznie liczba pasażerów \
    osób celkem počet cestujících итого всего количество пассажиров человек المجموع الاجمالي إجمالي عدد المسافرين الركاب \
    toplam yolcu sayısı
    """.split(separator: " ").flatMap { WordFolding.words(of: String($0)) })

  /// A total is a word or two, and a number.
  private static let mostFields = 3
  private static let mostWords = 6

  static func count(of line: CutLine) -> Int? {
    // Nearly all lines have more fields, or end in no digit.
    guard line.problem == nil, line.bytes.count <= mostFields * ListLimits.headerBytes,
      (0..<line.count).count(where: { !line.range($0).isEmpty }) <= mostFields, line.isUTF8
    else { return nil }
    return count(line.texts)
  }

  /// - Parameter texts: the fields of a line that are not empty.
  static func count(_ texts: [String]) -> Int? {
    guard (1...mostFields).contains(texts.count), let last = texts.last?.utf8.last,
      (0x30...0x39).contains(last) || last == UInt8(ascii: ")") || last >= 0x80,
      texts.allSatisfy({ $0.utf8.count <= ListLimits.headerBytes })
    else { return nil }
    let folded = texts.flatMap { WordFolding.words(of: $0) }
    guard (2...mostWords).contains(folded.count), let number = folded.last,
      (1...9).contains(number.utf8.count), folded.dropLast().allSatisfy(words.contains)
    else { return nil }
    return Int(number)
  }
}
