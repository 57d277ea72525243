import Crypto
public import Log
import Wire

/// How far a pass of the scrub has come. `text` keeps it over a restart.
public struct ScrubCursor: Hashable, Sendable {
  /// The part of a log that is read next.
  enum Stage: String, Hashable, Sendable, CaseIterable {
    case identity, entries, nodes, checkpoints, cosignatures
  }

  /// The log with which a pass begins; the others follow by their origins. Nil: by origins.
  public let first: LogID?
  /// The log that is read; nil: a pass begins.
  public internal(set) var log: LogID?
  var stage = Stage.identity
  /// The next entry, the next frame of a side file, or the generation of the journal that is read.
  var next: UInt64 = 0
  /// Records of `control` for the entries before `next`; nil behind a damaged leaf.
  var controls: UInt64? = 0
  /// The nodes above level 8, computed again: not kept over a restart.
  var nodes = TreeScrub()
  /// The logs are done; the journals are what is left.
  var isAtJournals = false
  /// The next frame of a journal: not kept over a restart either.
  var frame: FrameScrub?

  /// At the beginning of a pass.
  public init(first: LogID? = nil) { self.first = first }

  /// Entries of `log` that this pass is done with.
  public var entriesDone: UInt64 {
    switch stage {
    case .identity: 0
    case .entries: next
    case .nodes, .checkpoints, .cosignatures: .max
    }
  }

  /// One line without its end: at most 200 bytes.
  public var text: String {
    let part = isAtJournals ? "journals" : stage.rawValue
    let count = controls.map(String.init) ?? "-"
    return "liaison-scrub/v1 \(name(first)) \(name(log)) \(part) \(next) \(count)"
  }

  /// - Returns: nil for anything but what `text` gives.
  public init?(text: String) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0] == "liaison-scrub/v1",
      let next = UInt64(parts[4])
    else { return nil }
    let isAtJournals = parts[3] == "journals"
    guard let stage = isAtJournals ? .identity : Stage(rawValue: String(parts[3])) else {
      return nil
    }
    self.init(first: logID(parts[1]))
    log = logID(parts[2])
    self.stage = stage
    self.next = next
    controls = UInt64(parts[5])
    self.isAtJournals = isAtJournals
    guard self.text == text, controls ?? 0 <= Layout.recordsMost,
      next <= (isAtJournals ? Layout.framesMost : Layout.recordsMost)
    else { return nil }
  }

  mutating func begin(_ stage: Stage) {
    self.stage = stage
    next = 0
    nodes = TreeScrub()
  }

  /// The next log or, behind the last, the journals.
  mutating func goOn(to next: LogID?) {
    if let next { return begin(next) }
    log = nil
    isAtJournals = true
    begin(.identity)
  }

  mutating func begin(_ log: LogID) {
    self.log = log
    controls = 0
    begin(.identity)
  }
}

private func name(_ log: LogID?) -> String { log.map { "\($0)" } ?? "-" }

private func logID(_ text: Substring) -> LogID? { Hex.decode(text).flatMap { LogID($0) } }

/// One step of the scrub.
public struct ScrubStep: Sendable {
  /// The log that was read; nil: the journals, or a pass that began or ended.
  public let log: LogID?
  /// Entries that were read and are right: their signatures are the caller's to verify.
  public internal(set) var batch: EntryBatch?
  /// Damage that the step found and could compute: its mending is on its way to the disk
  /// (`takeMended` says when it is there).
  public internal(set) var mended: [Damage] = []
  /// Everything was read once: the cursor is at the beginning of the next pass.
  public internal(set) var isPassOver = false

  init(log: LogID?) { self.log = log }
}
