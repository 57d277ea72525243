import Records
import Testing

@testable import PassengerLists

@Suite("Protocols/lists.md, 2 and 4: every encoding, separator, order of columns and language")
struct HeaderTests {
  struct Language: Sendable, CustomTestStringConvertible {
    let name: String
    let encodings: [ListEncoding]
    /// Surname, given, birth, sex, nationality, document, type, issuer, expiry, remarks.
    let headers: [String]
    let surname: String
    let given: String
    let male: String

    var testDescription: String { name }
  }

  static let order: [ListColumn?] = [
    .surname, .given, .birth, .gender, .nationality, .document, .documentType, .issuer, .expiry,
    nil,
  ]

  private static let unicode: [ListEncoding] = [.utf8, .utf16LittleEndian, .utf16BigEndian]

  static let languages = [
    Language(
      name: "English", encodings: unicode,
      headers: [
        "Last Name", "first_name", "DateOfBirth", "SEX", "Nationality", "Passport No.",
        "Document type",
        "Issuing country", "Expiry date", "Remarks",
      ], surname: "Testerson", given: "Passenger", male: "Male"),
    Language(
      name: "French", encodings: unicode + [.windows1252],
      headers: [
        "Nom", "Prénom(s)", "Né(e) le", "Sexe", "Nationalité", "N° de passeport",
        "Type de document",
        "Pays de délivrance", "Date d’expiration", "Siège",
      ], surname: "Désigné", given: "Françoise", male: "M"),
    Language(
      name: "German", encodings: unicode + [.windows1252],
      headers: [
        "Name", "Vorname", "Geburtsdatum", "Geschlecht", "Staatsangehörigkeit", "Reisepass-Nr.",
        "Dokumententyp", "Ausstellungsland", "Gültig bis", "Bemerkungen",
      ], surname: "Prüfer", given: "Käthe", male: "männlich"),
    Language(
      name: "Spanish", encodings: unicode + [.windows1252],
      headers: [
        "Apellidos", "Nombre", "Fecha de nacimiento", "Sexo", "Nacionalidad", "Nº de pasaporte",
        "Tipo de documento", "País de expedición", "Válido hasta", "Asiento",
      ], surname: "Ejemplar", given: "Pasajero Núñez", male: "Hombre"),
    Language(
      name: "Polish", encodings: unicode + [.windows1250],
      headers: [
        "Nazwisko", "Imię", "Data urodzenia", "Płeć", "Obywatelstwo", "Nr paszportu",
        "Rodzaj dokumentu", "Kraj wydania", "Data ważności", "Uwagi",
      ], surname: "Przykładowski", given: "Łukasz", male: "mężczyzna"),
    Language(
      name: "Czech", encodings: unicode + [.windows1250],
      headers: [
        "Příjmení", "Jméno", "Datum narození", "Pohlaví", "Státní příslušnost", "Číslo pasu",
        "Druh dokladu", "Země vydání", "Platnost do", "Poznámka",
      ], surname: "Příkladný", given: "Jiří", male: "muž"),
    Language(
      name: "Russian", encodings: unicode + [.windows1251],
      headers: [
        "Фамилия", "Имя", "Дата рождения", "Пол", "Гражданство", "№ паспорта", "Тип документа",
        "Страна выдачи", "Срок действия", "Примечание",
      ], surname: "Примеров", given: "Тест", male: "М"),
    Language(
      name: "Arabic", encodings: unicode + [.windows1256],
      headers: [
        "اللقب", "الاسم الأول", "تاريخ الميلاد", "الجنس", "الجنسية", "رقم جواز السفر",
        "نوع الوثيقة",
        "بلد الإصدار", "تاريخ الانتهاء", "ملاحظات",
      ], surname: "مثال", given: "راكب", male: "ذكر"),
    Language(
      name: "Turkish", encodings: unicode + [.windows1254],
      headers: [
        "Soyadı", "Adı", "Doğum Tarihi", "Cinsiyet", "Uyruğu", "Pasaport No", "Belge türü",
        "Veren ülke", "Geçerlilik tarihi", "Açıklama",
      ], surname: "Örnekoğlu", given: "Şükrü", male: "Erkek"),
  ]

  @Test("LIST-10 to LIST-13, LIST-22, LIST-31: all of them, in turned orders", arguments: languages)
  func all(_ language: Language) throws {
    let values = [
      language.surname, language.given, "1987-03-02", language.male, "NLD", "AB 123;4,5", "P", "de",
      "2031-10-05", "x",
    ]
    let expected = Passenger(
      name: "\(language.given) \(language.surname)", given: language.given,
      family: language.surname,
      birth: .known(.day(try #require(CivilDay(year: 1987, month: 3, day: 2)))),
      gender: "male", nationality: "nl", document: "AB 123;4,5", documentType: "P", issuer: "de",
      expiry: .known(.day(try #require(CivilDay(year: 2031, month: 10, day: 5)))))
    for encoding in language.encodings {
      for (place, separator) in ListDelimiter.allCases.enumerated() {
        for turn in stride(from: place, to: 10, by: 3) {
          func row(_ fields: [String]) -> String {
            (0..<10).map { "\"\(fields[($0 + turn) % 10])\"" }.joined(separator: separator.rawValue)
          }
          let text = "\(row(language.headers))\r\n\(row(values))\r\n"
          let bytes = try #require(
            Lists.encode(text, encoding, mark: encoding.page == nil && turn % 2 == 0))
          let read = try Lists.read(bytes)
          #expect(read.survey.encoding == encoding)
          #expect(read.survey.delimiter == separator)
          #expect(
            read.survey.columns == (0..<10).map { HeaderTests.order[($0 + turn) % 10] })
          #expect(read.lines == [ListLine(number: 2, content: .passenger(expected))])
        }
      }
    }
  }

  @Test("LIST-31: no header has two meanings in one language, and each is found")
  func table() {
    var meanings: [String: ListColumn?] = [:]
    for row in HeaderTable.rows {
      for header in row.headers {
        let key = "\(row.language) \(WordFolding.words(of: String(header)).joined())"
        #expect(
          HeaderWords.shared.meaning(of: String(header)) != nil || key.hasSuffix(" "), "\(header)")
        if let before = meanings[key] { #expect(before == row.column, "\(header)") }
        meanings[key] = row.column
      }
    }
  }

  @Test(
    "LIST-33: a format in the header",
    arguments: [
      ("Date of birth (DD/MM/YYYY)", .dayMonth), ("DOB MM/DD/YYYY", .monthDay),
      ("Birth date [mm-dd-yyyy]", .monthDay), ("Date de naissance (JJ/MM/AAAA)", .dayMonth),
      ("Geburtsdatum TT.MM.JJJJ", .dayMonth), ("Дата рождения (ДД.ММ.ГГГГ)", .dayMonth),
      ("Doğum tarihi (GG.AA.YYYY)", .dayMonth), ("dob_ddmmyyyy", .dayMonth),
      ("Date of birth (YYYY-MM-DD)", nil), ("Date of birth", nil),
    ] as [(String, DateOrder?)])
  func formats(_ header: String, _ order: DateOrder?) throws {
    let meaning = try #require(HeaderWords.shared.meaning(of: header))
    #expect(meaning.column == .birth)
    #expect(meaning.order == order)
    if let order {
      let read = try Lists.read("Name;\(header)\nPassenger One;03/04/1987\n")
      #expect(read.passengers[0].birth?.text == (order == .dayMonth ? "1987-04-03" : "1987-03-04"))
    }
  }

  @Test(
    "LIST-31: headers with more in them",
    arguments: [
      ("Surname / Nom", .surname), ("Sex (M/F)", .gender), ("Passport No.*", .document),
      ("  given   NAMES ", .given), ("Nationality (ISO)", .nationality),
      ("PASSPORT_NUMBER", .document),
    ] as [(String, ListColumn)])
  func more(_ header: String, _ column: ListColumn) {
    #expect(HeaderWords.shared.meaning(of: header)?.column == column)
  }

  @Test(
    "LIST-32: what a name is depends on its neighbours",
    arguments: [
      ("Name;Vorname", "Testerson;Passenger"), ("Nombre;Apellidos", "Passenger;Testerson"),
      ("Nom;Prénom", "Testerson;Passenger"), ("Ad;Soyad", "Passenger;Testerson"),
      ("First name;Last name", "Passenger;Testerson"),
    ])
  func names(_ header: String, _ line: String) throws {
    let passenger = try #require(try Lists.read("\(header)\n\(line)\n").passengers.first)
    #expect(passenger.name == "Passenger Testerson")
    #expect(passenger.given == "Passenger" && passenger.family == "Testerson")
  }

  @Test("LIST-32: a given name alone is the name; further ones are added")
  func moreNames() throws {
    let one = try Lists.read("Nombre;Pasaporte\nPasajero Uno;X1\n").passengers[0]
    #expect(one.name == "Pasajero Uno" && one.given == nil)
    let two = try Lists.read(
      "Primer apellido;Segundo apellido;Nombre;Segundo nombre\nTestero;Ejemplar;Pasajero;Uno\n"
    ).passengers[0]
    #expect(two.name == "Pasajero Uno Testero Ejemplar")
    #expect(two.given == "Pasajero Uno" && two.family == "Testero Ejemplar")
    let three = try Lists.read("ФИО;Имя;Фамилия\nПримеров Тест;Тест;Примеров\n").passengers[0]
    #expect(three.name == "Примеров Тест" && three.given == "Тест" && three.family == "Примеров")
  }

  @Test(
    "LIST-35: two columns for one field, no name, no header: one question that lists what is there")
  func questions() throws {
    let twice = try #require(Lists.question("Surname;Last name;DOB\na;b;1987\n"))
    #expect(
      twice.subject == .columns && twice.hint.contains("--columns surname,given,birth,-,document"))
    #expect(
      twice.reason.contains("1 (\"Surname\") and 2 (\"Last name\")")
        && twice.reason.contains("3 \"DOB\""))
    let nameless = try #require(Lists.question("DOB;Passport\n1987;X1\n"))
    #expect(nameless.subject == .columns && nameless.reason.contains("2 \"Passport\""))
    let headless = try #require(Lists.question("Passenger One;1987-03-02;X1\n"))
    #expect(headless.subject == .columns && headless.reason.contains("1 \"Passenger One\""))
    #expect(headless.reason.contains("No header"))
  }

  @Test("LIST-36: columns that the user names, with a header, one in other words, and without")
  func named() throws {
    let options = ListOptions(
      columns: ListColumn.columns("surname,given,birth,-,document"))
    for header in [
      "", "Last name;First name;DOB;Seat;Passport\n",
      "Achternaam;Voornaam;Geboren op;Stoel;Paspoort\n",
    ] {
      let read = try Lists.read("\(header)Testerson;Passenger;1987-03-02;1A;X1\n\n", options)
      #expect(read.passengers.map(\.document) == ["X1"])
      #expect(read.passengers.map(\.name) == ["Passenger Testerson"])
      #expect(read.reasons.isEmpty)
    }
    let alone = try Lists.read(
      "Name\nPassenger One\nPassenger Two\n", ListOptions(columns: [.name]))
    #expect(alone.passengers.map(\.name) == ["Passenger One", "Passenger Two"])
    #expect(Lists.question("a;b\n", ListOptions(columns: [.birth, nil]))?.subject == .columns)
    // A value that is called as a column is no header.
    let values = try Lists.read(
      "Passenger One;Passport\nPassenger Two;Passport\n",
      ListOptions(columns: [.name, .documentType]))
    #expect(values.passengers.count == 2)
    #expect(ListColumn.columns("surname,other") == nil)
  }

  @Test("LIST-34: titles above the header, the flight and the day in them")
  func titles() throws {
    let read = try Lists.read(
      "Passenger list\nFlight KL1234 2026-12-01, A320\n\nPassengers: 2\nNo;Name;DOB\n1;Passenger One;1987\n2;Passenger Two;1988\n"
    )
    #expect(read.survey.flight == "KL1234" && read.survey.departure?.text == "2026-12-01")
    #expect(read.survey.statedCount == 2 && read.warnings.isEmpty)
    #expect(read.lines.map(\.number) == [6, 7])
    let other = try Lists.read("Рейс U6 123 от 02.12.2026\nФИО;Дата рождения\nТест Примеров;1987\n")
    #expect(other.survey.flight == "U6123" && other.survey.departure == nil)
    let two = try Lists.read("KL1234 KL4321\nName;DOB;Sex\nPassenger One;1987;m\n")
    #expect(two.survey.flight == nil)
    let column = try Lists.read(
      "Flight;Flight date;Name\nKL1;25/12/2026;Passenger One\nKL1;25/12/2026;Passenger Two\n")
    #expect(column.survey.flight == "KL1" && column.survey.departure?.text == "2026-12-25")
    let many = String(repeating: "a title\n", count: ListLimits.headLines)
    #expect(Lists.question(many + "Name;DOB\nPassenger One;1987\n")?.subject == .columns)
  }

  @Test("LIST-37: a footer is no passenger, and its number is compared")
  func totals() throws {
    for footer in [
      "Total: 2", "Total;2", ";;Total passengers: 2", "Итого;;2", "Razem: 2", "المجموع: ٢",
      "Toplam yolcu sayısı: 2",
    ] {
      let right = try Lists.read(
        "Name;DOB;Sex\nPassenger One;1987;\nPassenger Two;1988;\n\(footer)\n")
      #expect(
        right.lines.count == 2 && right.survey.statedCount == 2 && right.warnings.isEmpty,
        "\(footer)")
    }
    let wrong = try Lists.read("Name;DOB\nPassenger One;1987\nTotal: 3\n")
    #expect(wrong.warnings == ["The list states 3 passengers: 1 lines were read."])
    let person = try Lists.read("Name;DOB\nTotal Person 3;1987\n")
    #expect(person.passengers.map(\.name) == ["Total Person 3"])
  }
}
