import Testing

@testable import Readability

@Suite("Readers that keep what they are told (Protocols/readability.md, READ-24)")
struct KnownReadersTests {
  private let first = RandomName([UInt8](repeating: 1, count: 16))
  private let second = RandomName([UInt8](repeating: 2, count: 16))

  private func confirmed(_ number: UInt64, of identity: RandomName? = nil) -> KnownReaders.Confirmed
  {
    KnownReaders.Confirmed(identity: identity ?? first, number: number)
  }

  @Test(
    "Who named itself is behind until it confirms, in the same journal, and for ever if it is away")
  func behind() throws {
    var known = KnownReaders()
    #expect(known.behind(5, of: first) == [])
    var changes = [try known.meet("hub"), try known.meet("hub"), try known.meet("archive")]
    #expect(changes == [true, false, true])
    #expect(known.names == ["archive", "hub"] && known.behind(0, of: first) == ["archive", "hub"])
    changes = [known.confirm("hub", confirmed(5)), known.confirm("archive", confirmed(4))]
    #expect(changes == [true, true])
    #expect(known.behind(5, of: first) == ["archive"] && known.behind(4, of: first) == [])
    #expect(known.behind(1, of: second) == ["archive", "hub"])
    changes = [
      known.confirm("hub", confirmed(5)), known.confirm("hub", confirmed(1)),
      known.confirm("hub", confirmed(1, of: second)), known.confirm("nobody", confirmed(9)),
    ]
    #expect(changes == [false, false, true, false])
    #expect(known.behind(1, of: first) == ["hub"])
    changes = [known.forget("archive"), known.forget("archive")]
    #expect(changes == [true, false])
    #expect(known.behind(9, of: second) == ["hub"])
  }

  @Test("Eight names are remembered, of few letters")
  func limits() throws {
    var known = KnownReaders()
    for number in 0..<KnownReaders.most { _ = try known.meet("r\(number)") }
    #expect(known.names.count == KnownReaders.most)
    #expect(throws: KnownReaders.Refusal.tooMany) { try known.meet("r9") }
    let isNew = try known.meet("r7")
    #expect(!isNew)
    for name in ["", "-a", "9", "A", "a b", "a\n", "ä", String(repeating: "a", count: 33)] {
      #expect(throws: KnownReaders.Refusal.name) { try known.meet(name) }
    }
    #expect(known.encode().count <= KnownReaders.fileBytes)
  }

  @Test("The file comes back as it was, and no changed byte is taken for another spelling")
  func file() throws {
    var known = KnownReaders()
    #expect(KnownReaders(known.encode()) == known)
    _ = try known.meet("hub")
    _ = try known.meet("a-2")
    _ = known.confirm("hub", confirmed(4_711))
    let bytes = known.encode()
    #expect(KnownReaders(bytes) == known)
    for place in bytes.indices {
      for mask: UInt8 in [1, 2, 0x10, 0x20, 0x80] {
        var wrong = bytes
        wrong[place] ^= mask
        if let parsed = KnownReaders(wrong) { #expect(parsed.encode() == wrong) }
      }
      #expect(
        KnownReaders(Array(bytes[..<place]))?.encode() ?? Array(bytes[..<place])
          == Array(bytes[..<place]))
    }
    #expect(KnownReaders([]) == nil)
  }
}
