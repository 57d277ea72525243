internal import Crypto
package import Log

/// The audience as a grant tells it to its members, sealed under K (Protocols/sealing.md, 5):
///
///     audience be,fr
///     version 2
///     predecessor 17
///     wraps <Base64 of 32 bytes>
///     member be <Base64 of its sealing key>
///
/// every line with its newline; members sorted by name, the author among them. `closing be,fr` in
/// the first line closes the predecessor and opens nothing.
public struct GrantMetadata: Hashable, Sendable {
  /// The grant closes its predecessor and opens nothing.
  public let isClosing: Bool
  /// `all`, or what follows from the members.
  public let name: AudienceName
  /// 1 for an audience without a predecessor, else one more than the predecessor's.
  public let version: UInt32
  /// The index of the grant that this one closes.
  public let predecessor: UInt64?
  /// The mark by which its author knows again what was mixed into the slots; it means nothing to
  /// anybody else.
  let wraps: Bytes32
  /// Ascending by name, at most `SealingLimits.members` and the author.
  public let members: [AudienceMember]

  init(
    isClosing: Bool = false, name: AudienceName, version: UInt32, predecessor: UInt64?,
    wraps: Bytes32, members: [AudienceMember]
  ) {
    self.isClosing = isClosing
    self.name = name
    self.version = version
    self.predecessor = predecessor
    self.wraps = wraps
    self.members = members
  }

  package func encode() -> [UInt8] {
    var text = "\(isClosing ? "closing" : "audience") \(name)\nversion \(version)\n"
    text += "predecessor \(predecessor.map { String($0) } ?? "-")\n"
    text += "wraps \(Base64.encode(wraps.array))\n"
    for member in members { text += GrantMetadata.line(member) }
    return Array(text.utf8)
  }

  private static func line(_ member: AudienceMember) -> String {
    "member \(member.name) \(Base64.encode(member.key.array))\n"
  }

  /// SHA-256 of the name: what a book compares, whatever its length.
  static func hash(_ name: AudienceName) -> Bytes32 { SHA256.hash(Array(name.text.utf8)).bytes }

  /// SHA-256 of the member lines.
  static func hash(_ members: [AudienceMember]) -> Bytes32 {
    var text = ""
    for member in members { text += line(member) }
    return SHA256.hash(Array(text.utf8)).bytes
  }

  /// - Parameters:
  ///   - author: who must be among the members.
  ///   - index: of the grant; the predecessor is below it.
  package init(parsing bytes: [UInt8], author: NodeName, index: UInt64) throws(SealingDefect) {
    guard let text = String(validating: bytes, as: UTF8.self), text.hasSuffix("\n") else {
      throw .metadata
    }
    let lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 5, lines.count - 4 <= SealingLimits.members + 1 else { throw .metadata }
    let opening = value("audience", lines[0])
    guard let name = opening ?? value("closing", lines[0]),
      let versionText = value("version", lines[1]),
      let version = decimal(versionText, UInt32.self), version > 0,
      let predecessorText = value("predecessor", lines[2]),
      let wrapsText = value("wraps", lines[3]),
      let wraps = Base64.decode(wrapsText[...]).flatMap({ Bytes32($0) })
    else { throw .metadata }
    var predecessor: UInt64?
    if predecessorText != "-" {
      guard let number = decimal(predecessorText, UInt64.self), number < index else {
        throw .metadata
      }
      predecessor = number
    }
    guard (version == 1) == (predecessor == nil), opening != nil || predecessor != nil else {
      throw .metadata
    }
    var members: [AudienceMember] = []
    for line in lines[4...] {
      guard let member = value("member", line).flatMap({ AudienceMember($0) }) else {
        throw .metadata
      }
      if let last = members.last, !(last.name < member.name) { throw .metadata }
      members.append(member)
    }
    let names = members.map(\.name)
    guard names.contains(author),
      let audience = AudienceName(name, author: author, members: names)
    else { throw .metadata }
    self.init(
      isClosing: opening == nil, name: audience, version: version, predecessor: predecessor,
      wraps: wraps, members: members)
  }
}
