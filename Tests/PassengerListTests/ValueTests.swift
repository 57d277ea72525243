import Records
import Testing

@testable import PassengerLists

@Suite("Protocols/lists.md, 4: names, sexes and countries")
struct ValueTests {
  @Test(
    "LIST-50: names of one field",
    arguments: [
      ("TESTERSON/PASSENGER ONE MR", "PASSENGER ONE", "TESTERSON"),
      ("TESTERSON/PASSENGER MSTR", "PASSENGER", "TESTERSON"),
      ("Testerson, Passenger", "Passenger", "Testerson"),
      ("van Test, Passenger Dr.", "Passenger", "van Test"),
    ])
  func apart(_ text: String, _ given: String, _ family: String) {
    let name = PersonName.read(text)
    #expect(name.given == given && name.family == family && name.full == "\(given) \(family)")
  }

  @Test(
    "LIST-50, LIST-51: names that are taken as they are, without titles",
    arguments: [
      ("Passenger One", "Passenger One"), ("Mr Passenger One", "Passenger One"),
      ("PASSENGER ONE MRS", "PASSENGER ONE"),
      ("MR", "MR"), ("DR MS", "DR"), ("TESTERSON/", "TESTERSON/"), ("محمد بن مثال", "محمد بن مثال"),
      ("Testerson/1", "Testerson/1"),
      ("ONEMR", "ONEMR"),
    ])
  func whole(_ text: String, _ full: String) {
    let name = PersonName.read(text)
    #expect(name.full == full && name.given == nil && name.family == nil)
  }

  @Test("LIST-52: words for male and female in each language; others are left out")
  func genders() throws {
    let male = [
      "M", "male", "H", "Homme", "hombre", "männlich", "Mężczyzna", "М", "муж.", "мужской", "ذكر",
      "Erkek", "E",
    ]
    let female = [
      "F", "Female", "femme", "Mujer", "W", "weiblich", "Kobieta", "K", "Ж", "жен", "أنثى", "انثى",
      "Kadın",
    ]
    for word in male { #expect(GenderWords.shared.gender(word) == "male", "\(word)") }
    for word in female { #expect(GenderWords.shared.gender(word) == "female", "\(word)") }
    for word in ["X", "U", "", "V", "divers", "1"] {
      #expect(GenderWords.shared.gender(word) == nil)
    }
    let spanish = try Lists.read("Nombre;Sexo;Pasaporte\nPasajero Uno;H;1\nPasajera Dos;M;2\n")
    #expect(spanish.passengers.map(\.gender) == ["male", nil])
    let french = try Lists.read(
      "Nom complet;Sexe;Passeport\nPassager Un;H;1\nPassager Deux;M;2\nPassagère Trois;F;3\n")
    #expect(french.passengers.map(\.gender) == ["male", "male", "female"])
  }

  @Test(
    "LIST-53: countries however they are written",
    arguments: [
      ("NL", "nl"), ("nl", "nl"), ("NLD", "nl"), ("nld", "nl"), ("The Netherlands", "nl"),
      ("D", "de"), ("Türkiye", "tr"),
      ("zz", nil), ("Nowhere", nil), ("ZZZ", nil),
    ] as [(String, String?)])
  func countries(_ text: String, _ code: String?) throws {
    let passenger = try Lists.read(
      "Name;Nationality;Issuing country\nPassenger One;\(text);\(text)\n"
    ).passengers[0]
    #expect(passenger.nationality == code && passenger.issuer == code)
  }
}
