import Testing

@testable import Sealing

@Suite struct PaddingTests {
  @Test(
    "SEAL-5: padded lengths",
    arguments: [
      (0, 256), (255, 256), (256, 272), (1_000, 1_024), (1_024, 1_088), (65_536, 67_584),
      (SealingLimits.recordBytes, SealingLimits.paddedBytes),
    ])
  func lengths(_ plain: Int, _ padded: Int) {
    #expect(Padding.paddedBytes(for: plain) == padded)
  }

  @Test("Padding comes off, costs at most 12 % beyond the least, and a padded length is its own")
  func roundTrip() throws {
    for plain in stride(from: 0, through: 5_000, by: 7) {
      var bytes = [UInt8](repeating: 0x80, count: plain)
      Padding.pad(&bytes, from: 0)
      #expect(bytes.count == 256 || Double(bytes.count) <= Double(plain + 1) * 1.12)
      #expect(Padding.padme(bytes.count) == bytes.count)
      try Padding.remove(from: &bytes)
      #expect(bytes == [UInt8](repeating: 0x80, count: plain))
    }
  }

  @Test("SEAL-6: any other padding is refused")
  func refused() {
    var longer: [UInt8] = [1, 0x80] + [UInt8](repeating: 0, count: 270)
    #expect(throws: SealingDefect.padding) { try Padding.remove(from: &longer) }
    var zeros = [UInt8](repeating: 0, count: 256)
    #expect(throws: SealingDefect.padding) { try Padding.remove(from: &zeros) }
    var marked = [UInt8](repeating: 1, count: 256)
    #expect(throws: SealingDefect.padding) { try Padding.remove(from: &marked) }
  }
}
