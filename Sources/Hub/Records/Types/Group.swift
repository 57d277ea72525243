public import Log

/// One version of a group of nodes, by the node that convenes it. REC-63.
public struct Group: RecordFields {
  /// From 1; nil: missing, a breach.
  public var number: Int?
  /// The name by which people call it.
  public var title: String?
  /// Those who are in it, the convener among them.
  public var members: [Member] = []
  /// SHA-256 of the record of the version before, 64 digits.
  public var previous: String?

  init() {}

  /// One node, by its name and its log.
  public struct Member: Hashable, Sendable {
    /// As its card has it; nil: missing, a breach.
    public var name: NodeName?
    /// Its log id, 64 digits.
    public var log: String?

    static let table = FieldTable<Member>(
      [
        Field("name", 63) { $0.name = $1.nodeName() },
        Field("log", 63) { $0.log = $1.hash() },
      ], requiring: [("name", 63), ("log", 63)])
  }

  static let table = FieldTable<Group>(
    [
      Field("number", 63) { $0.number = $1.number(RecordLimits.groupVersions) },
      Field("title", 63) { $0.title = $1.searched() },
      Field("members", 63) { group, reader in
        group.members = reader.list(RecordLimits.groupMembers) {
          $0.object(Member.table, Member())
        }
        let names = group.members.compactMap(\.name)
        if !zip(names, names.dropFirst()).allSatisfy({ $0 < $1 }) {
          reader.refuse(.form(.members))
        }
      },
      Field("prev", 63) { $0.previous = $1.hash() },
    ], requiring: [("number", 63), ("members", 63)])

  func check(_ reader: inout FieldReader, _ seen: SeenFields) {
    if let number, number > 1, !seen.has("prev") {
      reader.refuse(.needs(["prev"]), field: "number", rule: 63)
    }
  }
}
