import Records

/// Any text as a machine readable zone, and as the strings that are folded before they are
/// compared.
enum ZoneTarget {
  static func run(_ input: inout FuzzInput) {
    let bytes = input.rest()
    let text = String(decoding: bytes, as: UTF8.self)
    zone(text)
    strings(text)
  }

  private static func zone(_ text: String) {
    guard let zone = try? MachineReadableZone(parsing: text) else { return }
    check(zone.isWellRead == zone.failedChecks.isEmpty, "well read in spite of a check")
    check((try? MachineReadableZone(parsing: text.lowercased())) == zone, "cases count")
    guard let today = CivilDay(year: 2016, month: 1, day: 11) else { return }
    if let birth = zone.birth.birth(today: today) {
      check(birth.days.lowerBound <= today.number, "born tomorrow")
    }
    _ = zone.expiry.expiry(today: today)
    for part in zone.names.primary + zone.names.secondary { _ = ZoneNames.arabic(part) }
  }

  /// A folded identifier is not changed by folding it again.
  private static func strings(_ text: String) {
    if let number = DocumentNumber(folding: text) {
      check(DocumentNumber(folding: number.text) == number, "a number folds to another")
    }
    if let phone = PhoneNumber(folding: text) {
      let again = PhoneNumber(folding: (phone.isInternational ? "+" : "") + phone.digits)
      check(again?.isSame(as: phone) == true, "a telephone folds to another")
    }
    if let iban = try? IBAN(folding: text) {
      check((try? IBAN(folding: iban.text)) == iban, "an IBAN folds to another")
    }
    if let plate = Plate(folding: text) {
      check(Plate(folding: plate.text) == plate, "a plate folds to another")
    }
    if let wallet = WalletAddress(folding: text) {
      check(WalletAddress(folding: wallet.text) == wallet, "a wallet folds to another")
    }
    if let date = try? PartialDate(parsing: text) {
      check(date.text == text && date.days.lowerBound <= date.days.upperBound, "another date")
    }
    _ = RecordTime(parsing: text)?.unixSeconds
    if let reference = RecordReference(text) { check(reference.text == text, "another reference") }
    _ = try? DeviceNumber(folding: text)
    _ = VehicleNumber(folding: text)
    _ = ShipNumber(folding: text)
    _ = MailAddress(folding: text)
  }

  static var seeds: [[UInt8]] {
    [
      "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
      "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6",
      "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<",
      "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<",
      "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<",
      "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<",
      "P<UTOMXHMWD<<XAEXHMD<<<<<<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
      "+31 6 ١٢٣٤٥٦٧٨", "NL91ABNA0417164300", "1985-02/1988-03-01", "2015-03-06T06:30:15+03:00",
      "nl:2015-0117", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "А 123 ВС 77",
    ].map { Array($0.utf8) }
  }
}
