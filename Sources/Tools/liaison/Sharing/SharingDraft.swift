import JSON
import Log
import Records

extension CommonDraft {
  /// The fields that a record takes over from the one that it passes on or speaks of.
  init(id: String, of original: CommonFields, purpose: [String]) {
    self.init(
      id: id, basis: original.basis?.text ?? "fact", grade: original.grade?.text ?? "X4",
      handling: original.handling.isEmpty ? ["H0"] : original.handling.map(\.text),
      caveat: original.caveat, purpose: purpose)
  }
}

extension JSONWriter {
  /// REC-75.
  mutating func member(_ name: StaticString, citing entry: EntryCitation) {
    key(name)
    beginObject()
    if let text = entry.entry { member("entry", text) }
    member("log", entry.log ?? "")
    member("index", entry.index ?? 0)
    member("leaf", entry.leaf ?? "")
    endObject()
  }

  /// REC-76.
  mutating func member(_ name: StaticString, citing node: NodeCitation) {
    key(name)
    beginObject()
    member("node", node.node?.text ?? "")
    member("log", node.log ?? "")
    endObject()
  }
}

/// A consent as its author writes it (REC-76).
struct ConsentDraft {
  var common: CommonDraft
  var of: EntryCitation
  var use: ConsentUse
  var asker: NodeCitation
  /// Nil for the use in court.
  var receiver: NodeCitation?
  var until: String

  /// One line of JSON.
  var record: [UInt8] {
    JSONWriter.object { writer in
      common.write("consent", to: &writer)
      writer.member("of", citing: of)
      writer.member("use", use.rawValue)
      writer.member("asker", citing: asker)
      if let receiver { writer.member("receiver", citing: receiver) }
      writer.member("until", until)
    }
  }
}

/// An entry that is passed on (REC-78).
struct ReshareDraft {
  var common: CommonDraft
  var of: EntryCitation
  /// 64 hexadecimal digits.
  var key: String
  var by: ReshareRule
  /// The entry of the consent, where that is the leave.
  var consent: EntryCitation?
  var onward: String
  var tlp: String?
  /// The version of a group, and its hash.
  var group: (version: String, hash: String)?

  /// One line of JSON.
  var record: [UInt8] {
    JSONWriter.object { writer in
      common.write("reshare", to: &writer)
      writer.member("onward", onward)
      if let tlp { writer.member("tlp", tlp) }
      if let group {
        writer.member("group", group.version)
        writer.member("groupHash", group.hash)
      }
      writer.member("of", citing: of)
      writer.member("key", key)
      writer.member("by", by.rawValue)
      if let consent { writer.member("consent", citing: consent) }
    }
  }
}
