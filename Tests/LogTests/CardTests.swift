import Crypto
import Log
import Testing
import Text

@Suite("Names and cards (CARD-1 to CARD-10)")
struct CardTests {
  @Test("CARD-1: node names")
  func names() {
    for (text, error) in CardVectors.names {
      var found: NodeNameError?
      do { #expect(try NodeName(text).text == text) } catch { found = error }
      #expect(found == error, "\(text)")
    }
  }

  @Test("CARD-2: origins")
  func origins() {
    for (text, error) in CardVectors.origins {
      var found: OriginError?
      do { #expect(try Origin(text).text == text) } catch { found = error }
      #expect(found == error, "\(text)")
    }
  }

  @Test("A card is read as it was made, with and without an address")
  func roundTrip() throws {
    let log = try RawLog()
    for address in [nil, "10.0.0.1:7440", "node.example:1", "[fe80::1]:65535"] {
      let card = try log.card(address: address)
      #expect(try Card.parse(card.note) == card)
      #expect(card.address == address)
      #expect(card.identity == log.identity)
      #expect(card.fingerprint == (try log.card().fingerprint), "addresses are left out")
    }
    #expect(try log.card(serial: 2).fingerprint != log.card(serial: 1).fingerprint)
  }

  @Test(
    "CARD-12: a card's file may have other line ends, a mark and empty lines; the card is the same bytes"
  )
  func files() throws {
    let card = try RawLog().card(address: "be.example:4747")
    let text = String(decoding: card.note, as: UTF8.self)
    for changed in [
      text, text.replacing("\n", with: "\r\n"), "\u{feff}" + text, text + "\n", text + "\r\n\r\n",
      String(text.unicodeScalars.dropLast()),
    ] {
      #expect(try Card.parse(file: Array(changed.utf8)).note == card.note)
    }
    #expect(throws: CardError.self) {
      try Card.parse(Array(text.replacing("\n", with: "\r\n").utf8))
    }
    #expect(throws: CardError.text(TextProblem(line: 1, kind: .carriageReturn))) {
      try Card.parse(file: Array(text.replacing("\n", with: "\r").utf8))
    }
    // A blank that an editor put at a line's end is no line end: the card is another text.
    #expect(throws: CardError.self) {
      try Card.parse(file: Array(text.replacing("\n", with: " \n").utf8))
    }
  }

  @Test("CARD-3 to CARD-8: each malformed card is refused")
  func malformed() throws {
    for vector in try CardVectors.malformed() {
      #expect(throws: vector.error, "\(vector.name)") { try Card.parse(vector.note) }
    }
  }

  @Test("CARD-10: a fingerprint is 32 bytes in four lines with check digits")
  func fingerprint() throws {
    let fingerprint = try RawLog().card().fingerprint
    #expect(fingerprint.lines.count == 4)
    let digits = fingerprint.lines.flatMap { $0.split(separator: " ").dropLast() }.joined()
    #expect(digits == Hex.encode(fingerprint.digest.array))
    for (number, line) in fingerprint.lines.enumerated() {
      let part = fingerprint.digest.array[(8 * number)..<(8 * number + 8)]
      let check = SHA256.hash([UInt8(number + 1)] + part).array[0]
      #expect(line.utf8.count == 23)
      #expect(line.hasSuffix("  " + Hex.encode([check])))
    }
  }
}

@Suite("Genesis and keys bodies (CARD-20 to CARD-31)")
struct PublicBodyTests {
  @Test("Both are read as they were made")
  func roundTrip() throws {
    let first = try RawLog().genesis()
    #expect(try Genesis.parse(first.encode()) == first)
    let second = try RawLog("nl/2").genesis(
      follows: Genesis.Predecessor(
        origin: Origin("nl/1"), size: 1185, leafHash: SHA256.hash([1]), root: SHA256.hash([2])))
    #expect(try Genesis.parse(second.encode()) == second)
    let keys = KeysChange(card: try RawLog().card(serial: 2))
    #expect(try KeysChange.parse(keys.encode()) == keys)
  }

  @Test("CARD-20 to CARD-30: each malformed body is refused")
  func malformed() throws {
    for vector in try CardVectors.malformedBodies() {
      #expect(throws: vector.error, "\(vector.name)") {
        if vector.isGenesis {
          _ = try Genesis.parse(vector.body)
        } else {
          _ = try KeysChange.parse(vector.body)
        }
      }
    }
  }
}
