internal import JSON
internal import Log
internal import Sealing

/// Every limit of the control socket (Protocols/control.md, 7).
public enum ControlLimits {
  /// One varlink message without its NUL, either way. A publish of 512 KiB of records doubles at
  /// worst when its quotes are escaped.
  public static let messageBytes = 4 << 20
  /// Connections at once; one more is refused.
  public static let sessions = 32
  /// Pipelined input kept while a call is being answered; then reading pauses.
  public static let pipelinedBytes = 64 << 10
  /// Publishes of one connection that are under way together: 8 times 256 records keep every thread
  /// that signs busy while others are parsed and written.
  public static let publishesUnderWay = 8
  /// Output waiting for a client before a tail pauses.
  public static let outputBytes = 1 << 20
  /// Records in one publish, and the sum of their bytes.
  public static let recordsPerPublish = 256
  /// Their sum, escapes undone.
  public static let recordBytesPerPublish = 512 << 10
  /// Also the most that the entry names.
  public static let recordsPerWithdrawal = LogLimits.withdrawnRecords
  /// One chunk of an attachment, and its Base64: a third of a message.
  public static let chunkBytes = SealingLimits.recordBytes
  static let chunkTextBytes = (chunkBytes + 2) / 3 * 4
  /// Runs of own chunks in one page.
  static let chunkRuns = 512
  /// Nodes that one publish names.
  public static let audienceMembers = 511
  /// Purposes of a group: the words there are, and as many of later versions.
  static let groupPurposes = 10
  /// One record, escapes undone.
  public static let recordBytes = JSONLimits.recordBytes
  /// A day that a publish may wait for peers' answers.
  public static let timeoutSeconds = 86_400
  /// One page of a tail, whatever the client asks for.
  static let tailPage = TailLimits(events: 256, textBytes: 512 << 10)
}

extension ControlLimits {
  static func check(to: [String]) throws(ControlError) {
    guard !to.isEmpty, to.count <= audienceMembers else {
      throw .refused(
        reason: "\(to.count) nodes named in \"to\"",
        hint: "name 1 to \(audienceMembers) nodes, or \"all\" alone")
    }
    guard to == ["all"] || !to.contains("all") else {
      throw .refused(reason: "\"all\" stands beside other names", hint: "use \"all\" alone")
    }
    guard Set(to).count == to.count else {
      throw .refused(reason: "a node is named twice", hint: "name each node once")
    }
  }

  static func check(expiryDay: Int?) throws(ControlError) {
    guard let expiryDay, !(1...Int(UInt16.max)).contains(expiryDay) else { return }
    throw .refused(
      reason: "expiryDay is \(expiryDay)",
      hint: "name a day from 1 to 65535, counted from 1970-01-01")
  }

  static func check(timeout: Int?) throws(ControlError) {
    guard let timeout, !(0...timeoutSeconds).contains(timeout) else { return }
    throw .refused(
      reason: "timeout is \(timeout)",
      hint: "name 0 to \(timeoutSeconds) seconds, or nothing to wait")
  }
}
