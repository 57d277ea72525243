import PassengerLists
import Records

/// Passenger lists, in chunks that the input chooses: CSV and PAXLST.
enum ListTarget {
  static func run(_ input: inout FuzzInput) {
    let choice = input.u8()
    let chunkBytes = 1 + Int(input.u8())
    var options = ListOptions()
    if choice & 1 != 0 {
      options.encoding = ListEncoding.allCases[Int(choice >> 4) % ListEncoding.allCases.count]
    }
    if choice & 2 != 0 { options.dateOrder = choice & 4 != 0 ? .dayMonth : .monthDay }
    if choice & 8 != 0 { options.columns = [.name, .birth, nil, .gender, .document] }
    let bytes = input.rest()
    let whole = read(bytes, options, chunkBytes: ListLimits.chunkBytes)
    check(whole == read(bytes, options, chunkBytes: chunkBytes), "chunks change a list")
    if case .read(let survey, let lines, let warnings) = whole {
      answers(survey, lines, warnings, bytes)
    }
  }

  private enum Outcome: Equatable {
    case question(ListQuestion)
    case read(ListSurvey, [ListLine], [String])
  }

  private static func read(_ bytes: [UInt8], _ options: ListOptions, chunkBytes: Int) -> Outcome {
    guard let today = CivilDay(year: 2026, month: 12, day: 1) else { preconditionFailure("a day") }
    var source = ListBytes(bytes, chunkBytes: chunkBytes)
    do throws(ListProblem<Never>) {
      let survey = try ListSurvey.of(&source, today: today, options: options)
      var reader = ListReader(source, survey)
      var lines: [ListLine] = []
      while let line = reader.next() { lines.append(line) }
      check(reader.next() == nil, "a line behind the end")
      return .read(survey, lines, reader.warnings)
    } catch {
      switch error {
      case .question(let question):
        check(!question.reason.isEmpty && !question.hint.isEmpty, "a question without words")
        check(isShown(question.reason), "a question that a terminal obeys")
        return .question(question)
      }
    }
  }

  private static func answers(
    _ survey: ListSurvey, _ lines: [ListLine], _ warnings: [String], _ bytes: [UInt8]
  ) {
    check(lines.count == survey.lineCount, "other lines than were surveyed")
    check(lines.count <= bytes.count, "more lines than bytes")
    check(
      zip(lines, lines.dropFirst()).allSatisfy { $0.number < $1.number }, "a line answered twice")
    check(warnings.count <= ListLimits.warnings, "\(warnings.count) warnings")
    check(warnings.allSatisfy(isShown), "a warning that a terminal obeys")
    for line in lines {
      switch line.content {
      case .unreadable(let reason):
        check(!reason.isEmpty && isShown(reason), "a reason that a terminal obeys")
      case .passenger(let passenger): person(passenger)
      }
    }
  }

  private static func person(_ passenger: Passenger) {
    let texts = [passenger.name, passenger.given, passenger.family, passenger.document]
    for text in texts.compactMap({ $0 }) {
      check(text.utf8.count <= 4 * ListLimits.fieldBytes + 8, "a text of \(text.utf8.count) bytes")
      check(!text.utf8.contains { $0 < 0x20 }, "a control in a text")
    }
    check(!passenger.name.isEmpty, "a passenger without a name")
    check([nil, "male", "female"].contains(passenger.gender), "another sex")
    if let birth = passenger.birth {
      check(
        birth.days.lowerBound <= 20_788 && birth.years.upperBound >= 1_880, "a birth that cannot be"
      )
    }
  }

  private static func isShown(_ text: String) -> Bool {
    text.utf8.count <= 32_768
      && !text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202e }
  }

  static var seeds: [[UInt8]] {
    func seed(_ choice: UInt8, _ text: String) -> [UInt8] { [choice, 16] + Array(text.utf8) }
    let message = """
      UNA:+.? '\r\nUNB+UNOA:4+A+B+261201:0830+1'\r\nUNG+PAXLST+A+B+261201:0830+1+UN+D:12B'\r\nUNH+1+PAXLST:D:12B:UN:IATA'
      BGM+745'NAD+MS+++CONTACT:OFFICE'COM+000:TE'TDT+20+XX0123+++XX'LOC+125+AMS'DTM+189:2612011000:201'LOC+87+JFK'
      NAD+FL+++TESTERSON:PASSENGER:ONE'ATT+2++M'DTM+329:870302'NAT+2+NLD'DOC+V+V1'DOC+P:110:111+NX1'DTM+36:310605'LOC+91+NLD'
      NAD+FM+++O?'TEST:TWO'DTM+329:19870302:102'CNT+42:1'CNT+41:2'UNT+20+1'UNE+1+1'UNZ+1+1'
      """
    return [
      seed(
        0,
        "Surname;Given names;Date of birth;Sex;Nationality;Passport No;Expiry\r\nTesterson;Passenger;25/03/1987;M;NLD;NX1;02/03/2031\r\n"
      ),
      seed(
        0, "\u{feff}Nom,Prénom,Né(e) le\n\"Test\nerson\",\"Pas\"\"senger\",1987-03-02\nTotal: 2\n"),
      seed(0, "sep=\t\nФИО\tДата рождения\tПол\nПримеров Тест\t2 марта 1987\tМ\n"),
      seed(
        0,
        "Flight KL1234 2026-12-01\n\nName;Day of birth;Month of birth;Year of birth\nPassenger One;2;3;1987\nTotal;1\n"
      ),
      seed(
        0, "Name;DOB (MM/DD/YYYY)\nTESTERSON/PASSENGER MR;03/02/1987\n\"open;1\nPassenger Two;\n"),
      seed(0, "Name;DOB\nPassenger One;03/04/1987\n"),
      seed(2, "Name;DOB\nPassenger One;03/04/1987\nPassenger Two;3.4.87\n"),
      [0, 3] + Array("Name;Geburtsdatum;Staatsangeh".utf8) + [0xf6] + Array("rigkeit\nPr".utf8) + [
        0xfc
      ] + Array("fer;1987;D\n".utf8),
      [0, 3] + Array("Name;DOB\nPr".utf8) + [0xfc] + Array("fer;1987\n".utf8),
      [0, 5, 0xff, 0xfe]
        + "Name;DOB\nPassenger Ö;1987\n".utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] },
      [0x51, 5] + "Name;DOB\nTest;1987\n".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] },
      seed(8, "Passenger One;1987-03-02;x;f;NX1\nPassenger Two;;;;\n"),
      seed(0, message), seed(0, message.replacing("\r\n", with: "").replacing("\n", with: "")),
      seed(
        0,
        "UNA|*.\\ ~UNB*UNOA|4*A*B~UNH*1*PAXLST|D|02B|UN|IATA*X*01|F~NAD*FL***TEST|ONE~DTM*329|870302|999~NAD*FL***TEST|TWO~DT"
      ),
      [0, 9, 0x50, 0x4b, 3, 4] + Array("[Content_Types].xml".utf8),
    ]
  }
}
