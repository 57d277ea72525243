import Crypto
public import Log
import Wire

/// The report of fsck: what it read, and what it found.
public struct FsckReport: Sendable {
  /// One log that was read to its end.
  public struct LogSummary: Hashable, Sendable {
    /// Whose log it is.
    public let identity: LogIdentity
    /// How far it goes, with what the journals have.
    public let head: LogHead
    /// Here, and handed out.
    public var bodiesPresent: UInt64 = 0
    /// Withdrawn and not erased yet: whole, and handed out to nobody.
    public var bodiesHidden: UInt64 = 0
    /// Purged, expired, or not held.
    public var bodiesMissing: UInt64 = 0
    /// Whole frames whose signature is right.
    public var checkpoints: UInt64 = 0
    /// Those of them that were kept because the tree contradicts them.
    public var contradictions: UInt64 = 0
    /// Whole frames; their signatures are not verified.
    public var cosignatures: UInt64 = 0
  }

  /// In the order of their origins, without those that were not read to their end.
  public internal(set) var logs: [LogSummary] = []
  /// At most `Fsck.findingsKept`; `findingCount` has them all.
  public internal(set) var findings: [Damage] = []
  /// All findings, also beyond those that are kept.
  public internal(set) var findingCount = 0
  /// One line for each thing that was read to its end and compared.
  public internal(set) var checked: [String] = []
  /// One line for each thing that could not be compared, or not to its end.
  public internal(set) var notChecked: [String] = []

  /// Nothing was found.
  public var isClean: Bool { findingCount == 0 }

  mutating func add(_ damage: Damage) {
    findingCount += 1
    if findings.count < Fsck.findingsKept { findings.append(damage) }
  }
}

/// Reads everything that a store holds and compares it (Protocols/store.md, 8). It changes nothing:
/// a journal that waits to be replayed is replayed in memory.
public enum Fsck {
  /// Findings that a report names.
  public static let findingsKept = 1000

  /// - Parameters:
  ///   - signatures: also verify every entry's signature: about 60 µs each.
  ///   - progress: called with entries read and to be read, over all logs.
  /// - Throws: `.noStore`, `.unknownFormat`, or the disk's error. Damage is no error but a finding.
  public static func run(
    on disk: any Disk, signatures: Bool = false,
    progress: (UInt64, UInt64) -> Void = { _, _ in }
  ) throws(StoreError) -> FsckReport {
    var report = FsckReport()
    let overlay = OverlayDisk(over: disk)
    let store: Store
    do {
      store = try Store.open(on: overlay, limits: .reading)
    } catch {
      guard case .damaged(let damage) = error else { throw error }
      report.add(damage)
      report.notChecked.append("every log: the journals do not say where the logs end")
      return report
    }
    report.checked.append("journals: every frame's checksum, generation and order")
    for damage in store.damage {
      report.add(damage)
      guard let id = damage.file.logID, store.table[id] == nil else { continue }
      report.notChecked.append("the rest of the log of \(damage.file.path)")
    }
    let total = store.table.inOrder.reduce(0) { $0 + $1.state.size }
    var done: UInt64 = 0
    for log in store.table.inOrder {
      var check = LogCheck(store: store, log: log, signatures: signatures)
      try check.run(&report) { progress(done + $0, total) }
      done += log.state.size
    }
    if !store.table.inOrder.isEmpty {
      report.checked += [
        "entries: log id, index, link to the entry before, leaf hash",
        "tree: every stored node, the root under every kept checkpoint",
        "bodies: index, record, SHA-256 of every body that is present",
        "checkpoints: checksum, signature of the log, root; cosignatures: checksum",
      ]
    }
    if signatures {
      report.checked.append("entries: every signature")
    } else {
      report.notChecked.append("signatures of entries (liaison-audit verifies them)")
    }
    report.notChecked.append("signatures of cosignatures (liaison-audit verifies them)")
    report.notChecked.append("whether the log keys are whose they should be")
    return report
  }
}
