internal import Crypto
internal import Log

/// The rest of a line that begins with `key` and a space.
func value(_ key: String, _ line: Substring) -> String? {
  line.hasPrefix(key + " ") ? String(line.dropFirst(key.count + 1)) : nil
}

/// A number in its one spelling: no sign, no leading zero.
func decimal<T: FixedWidthInteger>(_ text: String, _: T.Type) -> T? {
  guard let number = T(text), String(number) == text else { return nil }
  return number
}

extension AudienceMember {
  /// - Parameter text: `be <Base64 of its sealing key>`.
  init?(_ text: String) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, let name = try? NodeName(String(parts[0])),
      let bytes = Base64.decode(parts[1]), let key = SealingPublicKey(bytes)
    else { return nil }
    self.init(name: name, key: key)
  }
}
