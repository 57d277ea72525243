/// Numbers of a fixed count of ASCII digits.
enum Digits {
  /// - Returns: nil for anything but so many digits.
  static func number(_ bytes: ArraySlice<UInt8>, count: Int) -> Int? {
    guard bytes.count == count, count <= 9 else { return nil }
    var number = 0
    for byte in bytes {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      number = number * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return number
  }

  /// With leading zeros.
  static func text(_ number: Int, count: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, count - digits.count)) + digits
  }
}
