import Records

/// The meaning of one header.
struct HeaderMeaning: Sendable {
  /// nil: it is known, and its column is not read.
  let column: ListColumn?
  let language: ListLanguage
  /// "Name" and "Nom" may be the whole name or a part; "full name" may not.
  var isBareName = false
  /// "Date of birth (DD/MM/YYYY)"
  var order: DateOrder?
}

/// Headers as they are compared: folded words without spaces, `dateofbirth`.
struct HeaderWords: Sendable {
  static let shared = HeaderWords()

  private var meanings: [String: HeaderMeaning] = [:]
  private static let bareNames = ["name", "nom", "isim", "الاسم"]

  private init() {
    let bareNames = HeaderWords.bareNames.map { WordFolding.words(of: $0).joined() }
    for row in HeaderTable.rows {
      for header in row.headers {
        let key = WordFolding.words(of: String(header)).joined()
        if !key.isEmpty, meanings[key] == nil {
          meanings[key] = HeaderMeaning(
            column: row.column, language: row.language, isBareName: bareNames.contains(key))
        }
      }
    }
  }

  /// - Returns: nil when nobody knows it.
  func meaning(of header: String) -> HeaderMeaning? {
    guard header.utf8.count <= ListLimits.headerBytes else { return nil }
    let (words, order) = HeaderDateFormat.split(WordFolding.words(of: header))
    var meaning = meanings[words.joined()] ?? inParts(header)
    if meaning?.column == .birth || meaning?.column == .expiry || meaning?.column == .departure {
      meaning?.order = order
    }
    return meaning
  }

  /// "Surname / Nom", "Sex (M/F)": each part by itself, or what stands before a bracket.
  private func inParts(_ header: String) -> HeaderMeaning? {
    let open = header.firstIndex { $0 == "(" || $0 == "[" || $0 == "*" }
    let first = header[..<(open ?? header.endIndex)]
    if let meaning = meanings[key(first)] { return meaning }
    let parts = first.split { $0 == "/" || $0 == "|" || $0 == "\\" }
    guard parts.count > 1 else { return nil }
    let found = parts.compactMap { meanings[key($0)] }
    // "Nom" is a surname where another language says so.
    guard let meaning = found.first(where: { $0.column != .name }) ?? found.first,
      found.allSatisfy({ $0.column == meaning.column || $0.column == .name })
    else { return nil }
    return meaning
  }

  private func key(_ text: Substring) -> String {
    HeaderDateFormat.split(WordFolding.words(of: String(text))).words.joined()
  }
}

/// The format of dates in a header: `dd mm yyyy`, `JJ/MM/AAAA`, `ДД.ММ.ГГГГ`, `ddmmyyyy`.
enum HeaderDateFormat {
  private static let days: Set<String> = ["d", "dd", "j", "jj", "t", "tt", "дд", "gg"]
  private static let months: Set<String> = ["m", "mm", "mmm", "мм"]
  private static let years: Set<String> = ["yyyy", "aaaa", "jjjj", "гггг", "rrrr"]
  /// Turkish: gün, ay, yıl.
  private static let turkish = ["gg", "aa", "yyyy"]

  /// - Returns: the words without a format, and the order that it gives where day and month come
  ///   first.
  static func split(_ words: [String]) -> (words: [String], order: DateOrder?) {
    for start in words.indices {
      if let (isFormat, order) = format(runs(words[start])), isFormat {
        return (Array(words[..<start] + words[(start + 1)...]), order)
      }
      guard start + 3 <= words.count else { continue }
      if let (isFormat, order) = format(Array(words[start..<(start + 3)])), isFormat {
        return (Array(words[..<start] + words[(start + 3)...]), order)
      }
    }
    return (words, nil)
  }

  private static func format(_ parts: [String]) -> (Bool, DateOrder?)? {
    guard parts.count == 3 else { return nil }
    if parts == turkish { return (true, .dayMonth) }
    switch (parts[0], parts[1], parts[2]) {
    case let (day, month, year)
    where days.contains(day) && months.contains(month) && years.contains(year):
      return (true, .dayMonth)
    case let (month, day, year)
    where days.contains(day) && months.contains(month) && years.contains(year):
      return (true, .monthDay)
    case let (year, month, day)
    where days.contains(day) && months.contains(month) && years.contains(year):
      return (true, nil)
    default: return nil
    }
  }

  /// `ddmmyyyy` as `dd`, `mm`, `yyyy`.
  private static func runs(_ word: String) -> [String] {
    guard word.utf8.count <= 24 else { return [] }
    var runs: [String] = []
    for letter in word {
      if runs.last?.last == letter {
        runs[runs.count - 1].append(letter)
      } else {
        runs.append(String(letter))
      }
    }
    return runs
  }
}
