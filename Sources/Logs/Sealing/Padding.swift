/// Hides a plaintext's exact length: 0x80, then zeros up to the Padmé length, at least 256
/// (Protocols/sealing.md, 2).
public enum Padding {
  /// The padded length of a plaintext of `plainBytes`.
  ///
  /// Padmé keeps about log2(log2(length)) significant bits of the length; it costs at most 12 %.
  /// - Precondition: 0 to `SealingLimits.recordBytes`.
  public static func paddedBytes(for plainBytes: Int) -> Int {
    precondition(plainBytes >= 0 && plainBytes <= SealingLimits.recordBytes)
    return max(SealingLimits.leastPaddedBytes, padme(plainBytes + 1))
  }

  static func padme(_ length: Int) -> Int {
    guard length > 1 else { return length }
    let exponent = log2(length)
    let lowBits = exponent - (log2(exponent) + 1)
    guard lowBits > 0 else { return length }
    let mask = 1 << lowBits - 1
    return (length + mask) & ~mask
  }

  private static func log2(_ value: Int) -> Int {
    value < 1 ? 0 : Int.bitWidth - 1 - value.leadingZeroBitCount
  }

  /// Pads what `buffer` holds from `start` on.
  package static func pad(_ buffer: inout [UInt8], from start: Int) {
    let plain = buffer.count - start
    let padded = paddedBytes(for: plain)
    buffer.append(0x80)
    buffer.append(contentsOf: repeatElement(0, count: padded - plain - 1))
  }

  /// Takes the padding off, and checks that it is the one that `pad` gives.
  package static func remove(from buffer: inout [UInt8]) throws(SealingDefect) {
    let plain = try plainBytes(of: buffer.span)
    buffer.removeLast(buffer.count - plain)
  }

  /// The length of what was padded.
  static func plainBytes(of padded: Span<UInt8>) throws(SealingDefect) -> Int {
    guard padded.count <= SealingLimits.paddedBytes else { throw .padding }
    var marker = padded.count - 1
    while marker >= 0, padded[marker] == 0 { marker -= 1 }
    guard marker >= 0, padded[marker] == 0x80, paddedBytes(for: marker) == padded.count else {
      throw .padding
    }
    return marker
  }
}
