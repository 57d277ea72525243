internal import Crypto
public import Log

/// The decision of this node's operator on a group. It is kept in a file
/// (Protocols/records.md, REC-63):
///
///     liaison-group/v1
///     group nl:ctf-balkans@3 <SHA-256 in hexadecimal>
///     mode ask
///     member be <log id in hexadecimal>
public struct GroupAcceptance: Hashable, Sendable {
  /// The way in which members are taken that a later version adds.
  public enum Mode: String, Hashable, Sendable {
    /// They wait until the operator accepts that version.
    case ask
    /// They count at once.
    case auto
    /// This node left: nothing is sealed to the group.
    case left
  }

  /// The version that was accepted.
  public let version: GroupVersion
  /// How later versions are taken.
  public let mode: Mode
  /// Those of that version, ascending by name.
  public let members: [GroupMember]

  /// The operator saw this version and takes it.
  public init(of record: GroupRecord, mode: Mode) {
    version = record.version
    self.mode = mode
    members = record.members
  }

  private static let firstLine = "liaison-group/v1"

  /// The file.
  public func encode() -> [UInt8] {
    var text = "\(GroupAcceptance.firstLine)\ngroup \(version.text) \(version.hash)\n"
    text += "mode \(mode.rawValue)\n"
    for member in members { text += "member \(member.name) \(member.log)\n" }
    return Array(text.utf8)
  }

  /// - Returns: nil unless the file is exactly one that `encode` writes: then nothing counts as
  ///   accepted.
  public init?(parsing bytes: [UInt8]) {
    guard bytes.count <= GroupLimits.acceptanceBytes,
      let text = String(validating: bytes, as: UTF8.self), text.hasSuffix("\n")
    else { return nil }
    let lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 4, lines[0] == GroupAcceptance.firstLine else { return nil }
    let group = lines[1].split(separator: " ", omittingEmptySubsequences: false)
    let mode = lines[2].split(separator: " ", omittingEmptySubsequences: false)
    guard group.count == 3, group[0] == "group",
      let hash = Hex.decode(group[2]).flatMap({ Digest($0) }),
      let version = GroupVersion(group[1], hash: hash),
      mode.count == 2, mode[0] == "mode", let choice = Mode(rawValue: String(mode[1]))
    else { return nil }
    var members: [GroupMember] = []
    for line in lines[3...] {
      let parts = line.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0] == "member", let name = try? NodeName(String(parts[1])),
        let log = Hex.decode(parts[2]).flatMap({ LogID($0) })
      else { return nil }
      members.append(GroupMember(name: name, log: log))
    }
    self.version = version
    self.mode = choice
    self.members = members
    guard encode() == bytes else { return nil }
  }
}
