internal import Crypto
internal import Log
internal import Text

extension Disclosure {
  private static let magic = "liaison-disclosure/v1"

  /// The bytes of Protocols/disclosure.md, 1.
  public func encode() -> [UInt8] {
    let hashes = path.map { Base64.encode($0.array) }.joined(separator: ",")
    let lines = [
      Disclosure.magic, "origin \(identity.origin.text)",
      "log \(Base64.encode(identity.key.bytes.array))", "leaf \(Base64.encode(leaf))",
      "body \(Base64.encode(body))", "key \(Base64.encode(key.array))",
      "path \(hashes.isEmpty ? "-" : hashes)", "",
    ]
    return Array((lines.joined(separator: "\n") + "\n").utf8) + checkpoint
  }

  /// Reads the file; nothing of it is verified.
  /// - Parameter bytes: after `TextFile` took away what mail and editors add.
  /// - Throws: `.malformed` alone.
  public init(parsing bytes: [UInt8]) throws(DisclosureError) {
    guard bytes.count <= SealingLimits.disclosureBytes else { throw .malformed(line: 1) }
    var lines = TextLines(bytes)
    guard lines.next() == Disclosure.magic else { throw .malformed(line: 1) }
    guard let origin = lines.value(of: "origin").flatMap({ try? Origin($0) }) else {
      throw .malformed(line: 2)
    }
    guard let key = lines.value(of: "log").flatMap({ Base64.decode($0) }),
      let logKey = LogPublicKey(key)
    else { throw .malformed(line: 3) }
    guard let leaf = lines.value(of: "leaf").flatMap({ Base64.decode($0) }),
      leaf.count == EntryLayout.leafBytes
    else { throw .malformed(line: 4) }
    guard let body = lines.value(of: "body").flatMap({ Base64.decode($0) }),
      body.count <= EntryLayout.maxBodyBytes
    else { throw .malformed(line: 5) }
    guard let entryKey = lines.value(of: "key").flatMap({ Base64.decode($0) }),
      let entryKey = Bytes32(entryKey)
    else { throw .malformed(line: 6) }
    guard let path = lines.value(of: "path").flatMap(Disclosure.path) else {
      throw .malformed(line: 7)
    }
    guard lines.next() == "" else { throw .malformed(line: 8) }
    self.init(
      identity: LogIdentity(origin: origin, key: logKey), leaf: leaf, body: body, key: entryKey,
      path: path, checkpoint: lines.rest)
  }

  private static func path(_ text: String) -> [Digest]? {
    if text == "-" { return [] }
    var path: [Digest] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard path.count < LogLimits.inclusionPathHashes,
        let hash = Base64.decode(part).flatMap({ Digest($0) })
      else { return nil }
      path.append(hash)
    }
    return path
  }
}
