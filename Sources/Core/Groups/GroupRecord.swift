public import Crypto
public import JSON
public import Log

/// Something wrong in a group record: its convener's defect. It says of nobody that they are a
/// member.
public enum GroupProblem: String, Error, Hashable, Sendable {
  /// A field is missing, twice another type, or of another grammar.
  case form
  /// A later `v`: what it says is not known.
  case newerVersion = "newer-version"
  /// Members that do not ascend by name, none at all, more than `GroupLimits.members`, or without
  /// the convener.
  case members
  /// A version may stand there, and its body is not here.
  case notHere = "not-here"
  /// It stands where its convener's log is disputed, or above the end of an epoch.
  case disputed
}

/// One version of a group, as its convener's record says it (Protocols/records.md, REC-63).
public struct GroupRecord: Hashable, Sendable {
  /// Name, number and hash.
  public let version: GroupVersion
  /// The name by which people call it.
  public let title: String?
  /// Words of the list of purposes.
  public let purpose: [String]
  /// Ascending by name; the convener is one of them.
  public let members: [GroupMember]
  /// The hash of the version before; nil for the first.
  public let previous: Digest?

  /// The group that a record is about, if it is one of a group.
  ///
  /// - Parameter convener: the node whose log the record is in.
  /// - Returns: nil for other types, and for an id that names no group.
  public static func group(of record: Record, by convener: NodeName) -> GroupName? {
    guard let fields = try? Fields(record), fields.type == "group", let id = fields.id else {
      return nil
    }
    return GroupName(convener: convener, id: id)
  }

  /// - Parameter convener: the node whose log the record is in; only that one counts.
  public init(reading record: Record, by convener: NodeName) throws(GroupProblem) {
    let fields: Fields
    do { fields = try Fields(record) } catch { throw .form }
    guard fields.version == 1 else { throw .newerVersion }
    guard fields.isFormed, fields.type == "group", let id = fields.id,
      let group = GroupName(convener: convener, id: id),
      let number = fields.number.flatMap({ UInt32(exactly: $0) }), number > 0,
      (fields.previous == nil) == (number == 1)
    else { throw .form }
    guard let members = fields.members, (1...GroupLimits.members).contains(members.count),
      zip(members, members.dropFirst()).allSatisfy({ $0 < $1 }),
      members.contains(where: { $0.name == convener })
    else { throw .members }
    version = GroupVersion(group: group, number: number, hash: SHA256.hash(record.bytes))
    title = fields.title
    purpose = fields.purpose
    self.members = members
    previous = fields.previous
  }
}

/// The fields of a record that this module knows, as far as they have their types.
private struct Fields {
  var type: String?
  var version: UInt64?
  var id: String?
  var number: UInt64?
  var title: String?
  var purpose: [String] = []
  var members: [GroupMember]?
  var previous: Digest?

  /// Every field that this module knows has its form.
  var isFormed = true

  /// A field of another form is left out, so that a version that cannot be read is still known to
  /// be one.
  init(_ record: Record) throws(JSONMismatch) {
    var reader = JSONReader(JSONText(record))
    try reader.beginObject()
    while let key = try reader.nextKey() {
      var copy = reader
      do throws(JSONMismatch) {
        try read(key, &copy)
        reader = copy
      } catch {
        isFormed = false
        reader.skip()
      }
    }
  }

  private mutating func read(_ key: String, _ reader: inout JSONReader) throws(JSONMismatch) {
    switch key {
    case "type": type = try reader.text()
    case "v": version = try reader.unsigned()
    case "id": id = try reader.text()
    case "number": number = try reader.unsigned()
    case "title":
      let text = try reader.text()
      guard text.utf8.count <= GroupLimits.titleBytes else { throw JSONMismatch() }
      title = text
    case "purpose": purpose = try Fields.words(&reader)
    case "members": members = try Fields.members(&reader)
    case "prev": previous = try Fields.hash(&reader)
    default: reader.skip()
    }
  }

  private static func words(_ reader: inout JSONReader) throws(JSONMismatch) -> [String] {
    var words: [String] = []
    try reader.beginArray()
    while reader.nextElement() {
      let word = try reader.text()
      if words.count < GroupLimits.purposes { words.append(word) }
    }
    return words
  }

  private static func members(_ reader: inout JSONReader) throws(JSONMismatch) -> [GroupMember] {
    var members: [GroupMember] = []
    try reader.beginArray()
    while reader.nextElement() {
      var name: NodeName?
      var log: LogID?
      try reader.beginObject()
      while let key = try reader.nextKey() {
        switch key {
        case "name": name = try? NodeName(try reader.text())
        case "log": log = try hash(&reader).map { LogID($0.bytes) }
        default: reader.skip()
        }
      }
      guard let name, let log else { throw JSONMismatch() }
      members.append(GroupMember(name: name, log: log))
    }
    return members
  }

  /// 64 lower-case hexadecimal digits.
  private static func hash(_ reader: inout JSONReader) throws(JSONMismatch) -> Digest? {
    let text = try reader.text()
    guard let digest = Hex.decode(text).flatMap({ Digest($0) }), digest.description == text else {
      throw JSONMismatch()
    }
    return digest
  }
}
