internal import Crypto
internal import Log

extension LogIdentity {
  /// The content of `identity` (Protocols/store.md, 4.1); nil for anything but exactly that.
  init?(identityFile bytes: [UInt8]) {
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 4, lines[0] == "liaison-identity/v1", lines[1].hasPrefix("origin "),
      lines[2].hasPrefix("log "), lines[3].isEmpty,
      let origin = try? Origin(String(lines[1].dropFirst(7))),
      let key = Base64.decode(lines[2].dropFirst(4)).flatMap({ LogPublicKey($0) })
    else { return nil }
    self.init(origin: origin, key: key)
    let exact = "liaison-identity/v1\norigin \(origin)\nlog \(Base64.encode(key.array))\n"
    guard bytes.elementsEqual(exact.utf8) else { return nil }
  }
}
