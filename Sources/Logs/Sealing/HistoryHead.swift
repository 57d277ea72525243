internal import Crypto
public import Log

/// The open part of a history entry's content: who gets which keys, and for which group. The keys
/// follow it as bytes (Protocols/sealing.md, 11):
///
///     history
///     to se <Base64 of its sealing key>
///     group nl:ctf-balkans@3 <SHA-256 in hexadecimal>
///     grant 17
///     entry 40
///     keys
///
/// every line with its newline; `group -` where it is given for no group.
public struct HistoryHead: Hashable, Sendable {
  /// Ascending by name, 1 to `SealingLimits.members`; not the author, who has all keys.
  public let receivers: [AudienceMember]
  /// The version of the group that the receivers are members of.
  public let group: GroupVersion?
  /// Grants whose keys are given, ascending.
  public let grants: [UInt64]
  /// Single records whose keys are given, ascending.
  public let records: [UInt64]

  init(
    receivers: [AudienceMember], group: GroupVersion?, grants: [UInt64], records: [UInt64]
  ) {
    self.receivers = receivers
    self.group = group
    self.grants = grants
    self.records = records
  }

  /// 32 bytes for each follow the head.
  var keyCount: Int { grants.count + records.count }

  /// The lowest entry that a key was given for: nothing below it opens otherwise than before.
  public var first: UInt64 { min(grants.first ?? .max, records.first ?? .max) }

  package func encode() -> [UInt8] {
    var text = "history\n"
    for receiver in receivers {
      text += "to \(receiver.name) \(Base64.encode(receiver.key.array))\n"
    }
    text += "group \(group.map { "\($0.text) \($0.hash)" } ?? "-")\n"
    for index in grants { text += "grant \(index)\n" }
    for index in records { text += "entry \(index)\n" }
    return Array((text + HistoryHead.lastLine).utf8)
  }

  /// The end of the head.
  static let lastLine = "keys\n"

  /// - Parameters:
  ///   - bytes: as far as `keys` and its newline.
  ///   - author: who is no receiver.
  ///   - index: of the history entry: what it gives keys for is below it.
  package init(parsing bytes: [UInt8], author: NodeName, index: UInt64) throws(SealingDefect) {
    guard let text = String(validating: bytes, as: UTF8.self),
      text.hasSuffix("\n" + HistoryHead.lastLine)
    else { throw .history }
    var lines = text.dropLast(HistoryHead.lastLine.utf8.count + 1)
      .split(separator: "\n", omittingEmptySubsequences: false)[...]
    guard lines.popFirst() == "history" else { throw .history }
    receivers = try HistoryHead.receivers(&lines, author)
    guard let line = lines.popFirst(), let reason = value("group", line) else { throw .history }
    group = try HistoryHead.group(reason)
    grants = try HistoryHead.indices("grant", &lines, below: index)
    records = try HistoryHead.indices("entry", &lines, below: index)
    guard lines.isEmpty, keyCount > 0 else { throw .history }
  }

  private static func receivers(
    _ lines: inout ArraySlice<Substring>, _ author: NodeName
  ) throws(SealingDefect) -> [AudienceMember] {
    var receivers: [AudienceMember] = []
    while let line = lines.first, let text = value("to", line) {
      lines.removeFirst()
      guard let member = AudienceMember(text), member.name != author,
        receivers.last.map({ $0.name < member.name }) ?? true,
        receivers.count < SealingLimits.members
      else { throw .history }
      receivers.append(member)
    }
    guard !receivers.isEmpty else { throw .history }
    return receivers
  }

  private static func group(_ text: String) throws(SealingDefect) -> GroupVersion? {
    guard text != "-" else { return nil }
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, let hash = Hex.decode(parts[1]).flatMap({ Digest($0) }),
      hash.description == parts[1], let version = GroupVersion(parts[0], hash: hash)
    else { throw .history }
    return version
  }

  private static func indices(
    _ key: String, _ lines: inout ArraySlice<Substring>, below end: UInt64
  ) throws(SealingDefect) -> [UInt64] {
    var indices: [UInt64] = []
    while let line = lines.first, let text = value(key, line) {
      lines.removeFirst()
      guard let index = decimal(text, UInt64.self), index < end,
        indices.last.map({ $0 < index }) ?? true
      else { throw .history }
      indices.append(index)
    }
    return indices
  }
}
