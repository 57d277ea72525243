/// The kind of statement that a finding is.
public enum FindingClass: String, Sendable, CaseIterable {
  /// Two statements of one log key contradict each other; there is a proof.
  case fork = "fork"
  /// A leaf under a valid checkpoint breaks a rule that every leaf keeps; there is a proof.
  case authorFault = "author fault"
  /// The bytes here are not what was signed or acknowledged. It says nothing about the author.
  case verificationFailed = "verification failed"
  /// Something wrong inside an entry that is undoubtedly its author's.
  case defect = "defect"
  /// A file or folder could not be read.
  case inputOutput = "I/O error"
}

/// One thing that is wrong, and where.
public struct Finding: Sendable, Hashable {
  /// Decides the verdict.
  public let kind: FindingClass
  /// The log's origin; its folder's name if not even that could be read; nil: no log's.
  public let log: String?
  /// Relative to the folder that is audited.
  public let file: String
  /// The entry, or the record of `file`, that is concerned.
  public let index: UInt64?
  /// Byte offset in `file`.
  public let offset: UInt64?
  /// Completes a line that begins with the place; printable once `Output` has it.
  public let what: String
  /// An encoded proof (Protocols/log.md, 6) for `check-fork`.
  public var proof: [UInt8]? = nil
}

extension Finding {
  /// A thing that could not be read, or is not what its name says.
  init(_ failure: ReadFailure, log: String?, root: String) {
    let file =
      failure.path.hasPrefix(root + "/")
      ? String(failure.path.dropFirst(root.count + 1)) : failure.path
    self.init(
      kind: failure.isOfContent ? .verificationFailed : .inputOutput, log: log, file: file,
      index: nil, offset: nil, what: "could not be read: \(failure.reason)")
  }
}

/// How an audit ends: the word and the code of the last line.
public enum Verdict: Sendable, Hashable {
  case ok, failed, fork, fault, defect, partial, inputOutput

  /// The last line's first word (Protocols/audit.md).
  public var word: String {
    switch self {
    case .ok: "ok"
    case .failed: "failed"
    case .fork: "fork"
    case .fault: "fault"
    case .defect: "defect"
    case .partial: "partial"
    case .inputOutput: "io-error"
    }
  }

  /// The exit status.
  public var code: Int32 {
    switch self {
    case .ok: 0
    case .failed: 1
    case .fork, .fault, .defect: 2
    case .partial: 3
    case .inputOutput: 74
    }
  }
}

/// The audited part of one log.
public struct LogSummary: Sendable, Hashable {
  /// As the identity file says it, or the folder's name.
  public let origin: String
  /// Relative to the folder that is audited.
  public let folder: String
  /// Entries seen, those in the journals included.
  public internal(set) var entries: UInt64 = 0
  /// RFC 6962 root of these entries, Base64.
  public internal(set) var root = ""
  /// The largest checkpoint whose signature and root are right.
  public internal(set) var checkpointSize: UInt64 = 0
  /// Bodies that are here and hash to what their leaves say.
  public internal(set) var bodiesPresent: UInt64 = 0
  /// The log's key is that of a card that was given.
  public internal(set) var identityChecked = false
  /// Nodes whose cosignatures verified.
  public internal(set) var cosigners: [String] = []
  /// Signatures that were checked one by one, of entries, checkpoints and cosignatures; findings
  /// name those that fail.
  public internal(set) var signaturesVerified: UInt64 = 0
}

/// Everything that an audit found.
public struct AuditReport: Sendable {
  /// In the order of their folders.
  public internal(set) var logs: [LogSummary] = []
  /// In the order in which they were found; the rest of a long run is one line.
  public internal(set) var findings: [Finding] = []
  /// Checks that were done to their end.
  public internal(set) var checked: [String] = []
  /// Reasons that keep this audit from `ok`.
  public internal(set) var notChecked: [String] = []
  /// Files that are never read, for they say nothing of a log (Protocols/audit.md, 3).
  public internal(set) var notRead: [String] = []
  /// nil but for an audit of looks.
  public internal(set) var looks: LooksSummary?
  /// Remarks that are good to know and change nothing.
  public internal(set) var notes: [String] = []

  /// Over all logs.
  public var signaturesVerified: UInt64 { logs.reduce(0) { $0 + $1.signaturesVerified } }

  /// The gravest finding decides: a proven fork or fault, then what failed here, then what could
  /// not be read, then defects; without findings, whether anything was left unchecked.
  public var verdict: Verdict {
    let kinds = Set(findings.map(\.kind))
    if kinds.contains(.fork) { return .fork }
    if kinds.contains(.authorFault) { return .fault }
    if kinds.contains(.verificationFailed) { return .failed }
    if kinds.contains(.inputOutput) { return .inputOutput }
    if kinds.contains(.defect) { return .defect }
    return notChecked.isEmpty ? .ok : .partial
  }
}

/// Where findings are collected: the first few of a kind and file one by one, the rest counted.
struct FindingList {
  private(set) var findings: [Finding] = []
  private var counts: [String: UInt64] = [:]
  private var order: [(key: String, last: Finding)] = []

  mutating func add(_ finding: Finding) {
    let key = "\(finding.kind.rawValue)|\(finding.log ?? "")|\(finding.file)"
    let count = counts[key, default: 0] + 1
    counts[key] = count
    if count <= UInt64(AuditLimits.findingsListed) || finding.proof != nil {
      findings.append(finding)
    } else if count == UInt64(AuditLimits.findingsListed) + 1 {
      order.append((key, finding))
    }
  }

  /// The listed findings, and one line for each place that had more.
  func finished() -> [Finding] {
    findings
      + order.map { key, last in
        let more = counts[key, default: 0] - UInt64(AuditLimits.findingsListed)
        return Finding(
          kind: last.kind, log: last.log, file: last.file, index: nil, offset: nil,
          what: "\(more) more of these, the first of them: \(last.what)")
      }
  }
}
