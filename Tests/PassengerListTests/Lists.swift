import Records
import Testing

@testable import PassengerLists

/// The lists that the tests read, and how.
enum Lists {
  static let today = CivilDay(year: 2026, month: 12, day: 1) ?? { preconditionFailure("a day") }()

  struct Read: Equatable {
    var survey: ListSurvey
    var lines: [ListLine]
    var warnings: [String]

    var passengers: [Passenger] {
      lines.compactMap { if case .passenger(let passenger) = $0.content { passenger } else { nil } }
    }

    /// Reasons by the line; a line that could be read is not in it.
    var reasons: [Int: String] {
      var reasons: [Int: String] = [:]
      for line in lines {
        if case .unreadable(let reason) = line.content { reasons[line.number] = reason }
      }
      return reasons
    }
  }

  static func read(
    _ bytes: [UInt8], _ options: ListOptions = ListOptions(), chunkBytes: Int = 65_536
  ) throws(ListQuestion) -> Read {
    var source = ListBytes(bytes, chunkBytes: chunkBytes)
    do throws(ListProblem<Never>) {
      let survey = try ListSurvey.of(&source, today: today, options: options)
      var reader = ListReader(source, survey)
      var lines: [ListLine] = []
      while let line = reader.next() { lines.append(line) }
      #expect(reader.next() == nil)
      #expect(survey.lineCount == lines.count)
      return Read(survey: survey, lines: lines, warnings: reader.warnings)
    } catch {
      switch error {
      case .question(let question): throw question
      }
    }
  }

  static func read(_ text: String, _ options: ListOptions = ListOptions()) throws(ListQuestion)
    -> Read
  {
    try read(Array(text.utf8), options)
  }

  /// The question that is asked; nil: the list is read.
  static func question(_ text: String, _ options: ListOptions = ListOptions()) -> ListQuestion? {
    do throws(ListQuestion) {
      _ = try read(text, options)
      return nil
    } catch {
      return error
    }
  }

  /// - Returns: nil when the encoding has not all characters.
  static func encode(_ text: String, _ encoding: ListEncoding, mark: Bool = false) -> [UInt8]? {
    let text = mark ? "\u{feff}" + text : text
    switch encoding {
    case .utf8: return Array(text.utf8)
    case .utf16LittleEndian: return text.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    case .utf16BigEndian: return text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
    default:
      guard let page = encoding.page else { return nil }
      var bytes: [UInt8] = []
      for scalar in text.unicodeScalars {
        if scalar.isASCII {
          bytes.append(UInt8(scalar.value))
        } else if let place = page.firstIndex(of: UInt16(truncatingIfNeeded: scalar.value)) {
          bytes.append(UInt8(place + 0x80))
        } else {
          return nil
        }
      }
      return bytes
    }
  }
}

/// The same numbers in every run.
struct Numbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}
