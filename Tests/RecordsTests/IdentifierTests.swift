import Log
import Testing

@testable import Records

@Suite("Protocols/records.md, 2 and 5: what names a record, and identifiers as they are compared")
struct IdentifierTests {
  @Test("REC-1, 2: ids and references keep their grammar")
  func references() throws {
    let reference = try #require(RecordReference("nl:2015-0117"))
    #expect(reference.author.text == "nl" && reference.id.text == "2015-0117")
    #expect(reference.text == "nl:2015-0117")
    #expect(RecordReference("be.fiu:A_b.C-9") != nil)
    #expect(RecordID(String(repeating: "a", count: 64)) != nil)
    for text in [
      "", "nl", "nl:", ":x", "NL:x", "nl:x y", "nl:x:y", "nl:é", "nl/1/17", "-x:y",
      "nl:" + String(repeating: "a", count: 65), "nl:x\n",
    ] {
      #expect(RecordReference(text) == nil, "\(text)")
    }
  }

  @Test("REC-30: spaces, marks, cases and scripts of digits make no other number")
  func documents() throws {
    let number = DocumentNumber(folding: "AB1234567")
    for text in ["ab 123-4567", "A.B/1234567<<", "ＡＢ１２３４５６７", "AB١٢٣٤٥٦٧", "ab۱۲۳۴۵۶۷"] {
      #expect(DocumentNumber(folding: text) == number, "\(text)")
    }
    #expect(DocumentNumber(folding: "4512 АБ") == DocumentNumber(folding: "4512аб"))
    // Marks are written or not, as one character or as two; and a mark that stands alone stays
    // nowhere.
    let marked = try #require(DocumentNumber(folding: "É-77"))
    for text in ["E77", "e\u{301}77", "é\u{65c}77"] {
      #expect(DocumentNumber(folding: text)?.text == marked.text, "\(text)")
    }
    #expect(DocumentNumber(folding: "12\u{14}\u{65c}8")?.text == "128")
    for text in ["", " -./<", String(repeating: "1", count: 65)] {
      #expect(DocumentNumber(folding: text) == nil)
    }
  }

  @Test("REC-31: a range of blanks holds what lies between its ends, and nothing of another series")
  func ranges() throws {
    func number(_ text: String) -> DocumentNumber { DocumentNumber(folding: text)! }
    let range = try #require(DocumentRange(from: number("SY 005000"), to: number("SY009999")))
    for text in ["SY005000", "sy 007123", "SY009999"] { #expect(range.contains(number(text))) }
    for text in ["SY004999", "SY010000", "SX007123", "007123", "SY07123", "SY0071234", "SY00712A"] {
      #expect(!range.contains(number(text)), "\(text)")
    }
    for (from, to) in [("SY2", "SY1"), ("SY1", "SX2"), ("SY1", "SY10"), ("AB", "AB"), ("1A", "2A")]
    {
      #expect(DocumentRange(from: number(from), to: number(to)) == nil, "\(from) \(to)")
    }
  }

  @Test("REC-32: telephone numbers are one when they are dialled as one")
  func phones() throws {
    func phone(_ text: String) -> PhoneNumber { PhoneNumber(folding: text)! }
    #expect(phone("+31 6 1234 5678") == phone("0031-6-12345678"))
    #expect(phone("+31612345678").isSame(as: phone("06 12345678")))
    #expect(phone("06-12345678").isSame(as: phone("+31612345678")))
    #expect(phone("+٣١٦١٢٣٤٥٦٧٨") == phone("+31612345678"))
    #expect(!phone("+31612345678").isSame(as: phone("+32612345678")))
    #expect(!phone("345678").isSame(as: phone("+31612345678")), "too short to tell whose it is")
    #expect(phone("1122").isSame(as: phone("1122")) && !phone("1122").isSame(as: phone("1123")))
    for text in ["", "+", "112", "+31 6 CALL", "+1234567890123456", "12+34567"] {
      #expect(PhoneNumber(folding: text) == nil, "\(text)")
    }
  }

  @Test("REC-33: published account numbers are right, and one digit more or another is not")
  func accounts() throws {
    // Examples of the registry of IBANs.
    for text in [
      "GB29 NWBK 6016 1331 9268 19", "DE89370400440532013000", "FR1420041010050500013M02606",
      "NL91ABNA0417164300", "BE68539007547034", "SA0380000000608010167519",
      "TR330006100519786457841326", "NO9386011117947", "MT84MALT011000012345MTLCAST001S",
    ] {
      let iban = try IBAN(folding: text)
      #expect(iban == (try IBAN(folding: text.lowercased())))
      for (place, digit) in iban.text.enumerated() where digit.isNumber {
        let next = String((Int(String(digit))! + 1) % 10)
        let wrong =
          iban.text.prefix(place) + next + iban.text.dropFirst(place + 1)
        #expect(throws: IBAN.Problem.check) { try IBAN(folding: wrong) }
      }
      #expect(throws: IBAN.Problem.self) { try IBAN(folding: iban.text + "0") }
    }
    #expect(throws: IBAN.Problem.length) { try IBAN(folding: "NL91ABNA041716430") }
    for text in [
      "", "NL", "1234567890123456", "NLXXABNA0417164300", "NL91 ABNA 0417 1643 0\u{436}",
    ] {
      #expect(throws: IBAN.Problem.form) { try IBAN(folding: text) }
    }
  }

  @Test("REC-34: telephones and SIM cards")
  func devices() throws {
    let device = try DeviceNumber(folding: "49-015420-323751-8")
    #expect(device.text == "49015420323751")
    #expect(try DeviceNumber(folding: "4901542032375101") == device)
    #expect(try DeviceNumber(folding: "49015420323751") == device)
    #expect(throws: DeviceNumber.Problem.check) { try DeviceNumber(folding: "490154203237517") }
    #expect(throws: DeviceNumber.Problem.form) { try DeviceNumber(folding: "4901542032375") }
    #expect(SubscriberNumber(folding: "204 04 1234567890")?.text == "204041234567890")
    #expect(SubscriberNumber(folding: "2040412345678") == nil)
  }

  @Test("REC-35: plates, vehicles, ships")
  func vehicles() {
    #expect(Plate(folding: "А 123 ВС 77") == Plate(folding: "a123bc-77"))
    #expect(Plate(folding: "1-ABC-23") == Plate(folding: "1abc23"))
    #expect(Plate(folding: "–") == nil && Plate(folding: String(repeating: "1", count: 21)) == nil)
    #expect(VehicleNumber(folding: "1m8gdm9axkp042788")?.text == "1M8GDM9AXKP042788")
    #expect(VehicleNumber(folding: "1M8GDM9AXKP04278O") == nil)
    #expect(ShipNumber(folding: "IMO 9074729")?.text == "9074729")
    #expect(ShipNumber(folding: "9074728") == nil && ShipNumber(folding: "IMO907472") == nil)
  }

  @Test("REC-36: wallets, bookings, mail")
  func others() {
    let hexadecimal = "0x52908400098527886E0F7030069857D2E4169EE7"
    #expect(WalletAddress(folding: hexadecimal) == WalletAddress(folding: hexadecimal.lowercased()))
    let bech32 = "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"
    #expect(WalletAddress(folding: bech32) == WalletAddress(folding: bech32.lowercased()))
    let base58 = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
    #expect(WalletAddress(folding: base58)?.text == base58)
    #expect(WalletAddress(folding: base58) != WalletAddress(folding: base58.lowercased()))
    #expect(WalletAddress(folding: "short") == nil)
    #expect(BookingLocator(folding: "k3x 9qz")?.text == "K3X9QZ")
    #expect(BookingLocator(folding: "abcd") == nil)
    #expect(MailAddress(folding: "Someone@Example.ORG ")?.text == "someone@example.org")
    for text in ["x", "@example.org", "a@b", "a@b@c.d"] {
      #expect(MailAddress(folding: text) == nil)
    }
  }
}
