public import Records

/// The findings on a list before its lines are read: how it is written, and what it says of its
/// flight.
public struct ListSurvey: Hashable, Sendable {
  /// Separated values, or the message of IATA and WCO.
  public enum Format: String, Hashable, Sendable {
    case csv, paxlst
  }

  /// Found by the first bytes.
  public internal(set) var format: Format
  /// Found, or the user's answer.
  public internal(set) var encoding: ListEncoding
  /// CSV only.
  public internal(set) var delimiter: ListDelimiter?
  /// CSV only: columns by their position; nil: a column that is not read.
  public internal(set) var columns: [ListColumn?] = []
  /// How the dates of birth are written, where that makes a difference.
  public var dateOrder: DateOrder? { orders[.birth] }
  /// As the list names it; nil: not told.
  public internal(set) var flight: String?
  /// The day on which the flight leaves, as `flight`.
  public internal(set) var departure: PartialDate?
  /// Airports, as the list names them.
  public internal(set) var from: String?
  /// As `from`.
  public internal(set) var to: String?
  /// How many passengers the list says it has.
  public internal(set) var statedCount: Int?
  /// How many lines are answered.
  public internal(set) var lineCount = 0
  /// By lines for CSV, by passengers for messages.
  public internal(set) var numbering = ListNumbering.lines

  /// Nobody was born later, and two digits of a year are near it.
  let today: CivilDay
  /// Bytes at the beginning that are no text.
  let markBytes: Int
  /// Lines up to the header, which are not answered.
  var skippedLines = 0
  var orders: [ListColumn: DateOrder] = [:]
  var genders = GenderColumn()

  init(_ format: Format, _ encoding: ListEncoding, markBytes: Int, today: CivilDay) {
    self.format = format
    self.encoding = encoding
    self.markBytes = markBytes
    self.today = today
  }

  var transcoder: Transcoder { Transcoder(encoding, skipping: markBytes) }

  /// Walks a list from its beginning to its end.
  ///
  /// - Parameters:
  ///   - source: it is rewound first, and stands anywhere afterwards.
  ///   - today: the day of the screening.
  /// - Throws: the one question that must be answered, or what the source throws.
  public static func of<Source: ListSource>(
    _ source: inout Source, today: CivilDay, options: ListOptions = ListOptions()
  ) throws(ListProblem<Source.Failure>) -> ListSurvey {
    var walk = SurveyWalk(source, today: today, options)
    do throws(ListProblem<Source.Failure>) {
      let survey = try walk.survey()
      source = walk.source
      return survey
    } catch {
      source = walk.source
      throw error
    }
  }
}
