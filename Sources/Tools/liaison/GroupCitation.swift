import CommandLine
import JSON
import Node

/// The version of a group that records are published to: each of them names it
/// (Protocols/records.md, REC-63).
struct GroupCitation {
  private let fields: String

  /// - Parameter to: of `publish`.
  /// - Returns: nil unless it is a group.
  static func ofPublish(
    to: [String], _ daemon: DaemonConnection
  ) throws(Failure) -> GroupCitation? {
    guard let name = to.first, name.hasPrefix("@") else { return nil }
    guard to.count == 1 else {
      throw Failure(
        .usage, "--to names a group beside others.",
        hint: "Publish to the group in a call of its own.")
    }
    let group = try GroupVerbs.groups(daemon, String(name.dropFirst())).first
    guard let group, let version = group.version, let hash = group.hash else {
      throw Failure(
        .unavailable, "No version of \(name.dropFirst()) was read here.",
        hint: "See liaison group list.")
    }
    return GroupCitation(
      fields: #""group":"\#(group.group)@\#(version)","groupHash":"\#(hash)""#)
  }

  /// One that names a version already stays as it is: the daemon compares it.
  func put(into record: Record, line: Int) throws(Failure) -> Record {
    var reader = JSONReader(JSONText(record))
    guard (try? reader.beginObject()) != nil else { return record }
    while let key = (try? reader.nextKey()) ?? nil {
      if key == "group" || key == "groupHash" { return record }
      reader.skip()
    }
    do throws(JSONProblem) {
      // A record is an object that has a type at least.
      let start = (record.bytes.firstIndex(of: UInt8(ascii: "{")) ?? 0) + 1
      var bytes = Array(record.bytes[..<start])
      bytes += Array("\(fields),".utf8)
      bytes += record.bytes[start...]
      return try Record(checking: bytes)
    } catch {
      throw Failure(
        .dataError, "Line \(line) \(error.reason) with the group that it is for.",
        hint: "Shorten it.")
    }
  }
}
