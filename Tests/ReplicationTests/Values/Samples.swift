import Crypto
import Log
import Testing

extension LogID {
  /// A log that exists nowhere, the same for the same number.
  static func sample(_ number: UInt8) -> LogID { LogID(SHA256.hash([number]).bytes) }
}

/// As `#expect`, which takes no call that changes a value.
func expect(
  _ isTrue: Bool, _ comment: Comment? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(isTrue, comment, sourceLocation: sourceLocation)
}
