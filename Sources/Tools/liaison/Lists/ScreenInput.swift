import CommandLine
import HubInterface
import PassengerLists
import Records
import Runtime

/// One line of a list, as it is asked for and shown.
struct ScreenLine {
  enum Content {
    case passenger(ScreenPassenger)
    /// A sentence that says why.
    case unreadable(String)
  }

  let number: Int
  let content: Content

  var passenger: ScreenPassenger? {
    if case .passenger(let passenger) = content { passenger } else { nil }
  }
}

/// The lines of a list (Protocols/lists.md), one after another.
struct ScreenInput {
  private let file: ListFile
  private let survey: ListSurvey
  private var reader: ListReader<ListFile>

  /// Reads the list once from its beginning to its end, to find out how it is written.
  /// - Throws: 65 with the one question that has to be answered.
  init(
    path: String, _ options: ListOptions, temporaryFolder: String, now milliseconds: UInt64
  ) throws(Failure) {
    do throws(SystemError) {
      file = try ListFile(path: path, temporaryFolder: temporaryFolder)
    } catch {
      throw error.isWrongKind && path == "-" ? ScreenInput.tooLarge : Failure(input: error)
    }
    guard let today = CivilDay(number: Int(clamping: milliseconds / 86_400_000)) else {
      throw Failure(.configuration, "This machine's clock is wrong.", hint: "Set it.")
    }
    var source = file
    do throws(ListProblem<SystemError>) {
      survey = try ListSurvey.of(&source, today: today, options: options)
    } catch {
      switch error {
      case .question(let question):
        throw Failure(.dataError, question.reason.sentence, hint: question.hint.sentence)
      case .source(let error): throw Failure(input: error)
      }
    }
    do throws(SystemError) { reader = try ListReader(file, survey) } catch {
      throw Failure(input: error)
    }
  }

  /// How many lines are answered.
  var count: Int { survey.lineCount }
  /// The flight that the list itself names.
  var flight: String? { survey.flight }
  /// The unit that its numbers count: `line`, `passenger`.
  var unit: String { survey.numbering == .lines ? "line" : "passenger" }
  /// About the list as a whole; complete at its end.
  var warnings: [String] { reader.warnings }

  mutating func next() throws(Failure) -> ScreenLine? {
    do throws(SystemError) {
      guard let line = try reader.next() else { return nil }
      switch line.content {
      case .passenger(let passenger):
        return ScreenLine(
          number: line.number, content: .passenger(ScreenPassenger(passenger, line.number)))
      case .unreadable(let reason):
        return ScreenLine(number: line.number, content: .unreadable(reason))
      }
    } catch {
      throw Failure(input: error)
    }
  }

  /// The digest of all its bytes; at the end of the lines.
  func digest() throws(Failure) -> String {
    do throws(SystemError) { return try file.digest() } catch { throw Failure(input: error) }
  }

  private static let tooLarge = Failure(
    .dataError, "The list is longer than 1 GiB and can be read only once.",
    hint: "Give it as a file.")
}

extension ScreenPassenger {
  init(_ passenger: Passenger, _ line: Int) {
    self.init(
      line: line, name: passenger.name, given: passenger.given, family: passenger.family,
      birth: passenger.birth?.text, gender: passenger.gender, nationality: passenger.nationality,
      document: passenger.document, documentType: passenger.documentType, issuer: passenger.issuer)
  }
}
