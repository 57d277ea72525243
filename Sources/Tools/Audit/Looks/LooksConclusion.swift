internal import Crypto
internal import Log

/// Compares the anchors of a node's log with the consultation log as it now is (Protocols/audit.md,
/// AUD-37 to 41).
struct LooksConclusion {
  private let looks: LogAudit
  private let node: LogAudit
  private let lines: AnchorLines
  private let path: String
  /// Consultation logs of other hubs of the node, and how many anchors each has.
  private var others: [LogID: Int]
  var list = FindingList()
  var checked: [String] = []
  var notChecked: [String] = []
  var notes: [String] = []
  var summary: LooksSummary

  init(
    _ looks: LogAudit, _ node: LogAudit, _ lines: AnchorLines, _ path: String,
    others: [LogID]
  ) {
    self.others = Dictionary(others.map { ($0, 0) }) { first, _ in first }
    self.looks = looks
    self.node = node
    self.lines = lines
    self.path = path
    summary = LooksSummary(
      looksOrigin: looks.origin, origin: node.origin,
      looks: looks.files.size - min(looks.files.size, 1))
  }

  mutating func run() {
    judgeLines()
    judgeAnchors()
    judgeAnswers()
    summarise()
  }

  private mutating func add(
    _ file: String, _ index: UInt64?, _ what: String, log: String? = nil
  ) {
    list.add(
      Finding(
        kind: .verificationFailed, log: log, file: file, index: index, offset: nil, what: what))
  }

  private mutating func addEntry(_ index: UInt64, _ what: String) {
    add(node.path("entries"), index, what, log: node.origin)
  }

  // MARK: The file of nonces

  private mutating func judgeLines() {
    for problem in lines.problems { add(path, UInt64(problem.line), problem.what) }
    if lines.problemsLeftOut > 0 {
      add(path, nil, "\(lines.problemsLeftOut) more lines are none of a hub's")
    }
    if lines.tornBytes > 0 {
      notes.append(
        "\(path): \(lines.tornBytes) bytes behind the last line, which a hub that was killed leaves"
      )
    }
  }

  // MARK: Anchors

  private mutating func judgeAnchors() {
    if node.anchorsLeftOut {
      add(
        node.path("entries"), nil, "has more anchors than there can be", log: node.origin)
    }
    var before: (index: UInt64, time: UInt64, size: UInt64)?
    summary.cosignedSize = node.cosignedSize
    for found in node.anchors {
      guard found.anchor.log == looks.identity.id else {
        if let count = others[found.anchor.log] {
          others[found.anchor.log] = count + 1
          continue
        }
        addEntry(
          found.index,
          "anchors another consultation log, \(found.anchor.log): one was begun anew, or is lost")
        continue
      }
      summary.anchors += 1
      if found.anchor.previous != before?.index {
        addEntry(
          found.index, "does not name the anchor before it, which is \(name(before?.index))")
      }
      if let before { judgeTime(found, before.index, before.time) }
      summary.firstTime = summary.firstTime ?? found.time
      summary.lastTime = found.time
      let size = judge(found, before?.size ?? 0)
      if let size, found.index < summary.cosignedSize {
        summary.bound = max(summary.bound, size - min(size, 1))
      }
      before = (found.index, found.time, max(size ?? 0, before?.size ?? 0))
    }
  }

  private func name(_ index: UInt64?) -> String { index.map { "entry \($0)" } ?? "none" }

  /// - Returns: the entries of the consultation log that the anchor binds as they are; nil: none.
  private mutating func judge(_ found: FoundAnchor, _ sizeBefore: UInt64) -> UInt64? {
    guard let opening = lines.openings[found.anchor.commitment] else {
      addEntry(found.index, "is an anchor that no nonce in \(path) opens")
      return nil
    }
    let size = opening.size
    if size < sizeBefore {
      addEntry(found.index, "anchors \(size) entries, the anchor before it \(sizeBefore)")
      return nil
    }
    guard let root = looks.roots[size] else {
      addEntry(
        found.index,
        "anchored \(size) entries of \(looks.origin), which has \(looks.files.size) now: some were taken away"
      )
      return nil
    }
    guard root == opening.root else {
      addEntry(
        found.index,
        "anchored other entries of \(looks.origin) than the first \(size) that are there now: it was rewritten"
      )
      return nil
    }
    return size
  }

  /// Decides nothing: times are their author's claim.
  private mutating func judgeTime(_ found: FoundAnchor, _ index: UInt64, _ time: UInt64) {
    let (passed, isBack) = found.time.subtractingReportingOverflow(time)
    guard isBack || passed > AuditLimits.anchorGapMilliseconds else { return }
    summary.gapCount += 1
    guard summary.gaps.count < AuditLimits.findingsListed else { return }
    let milliseconds =
      isBack ? -Int64(clamping: time - found.time) : Int64(clamping: passed)
    summary.gaps.append(AnchorGap(from: index, to: found.index, milliseconds: milliseconds))
    notes.append(
      "\(node.origin): "
        + (isBack
          ? "the time of the anchor \(found.index) is before that of \(index)"
          : "no anchor for \(AuditTime.text(passed)) between \(index) and \(found.index): looks of that time are bound from \(found.index) on")
    )
  }

  // MARK: Answers

  private mutating func judgeAnswers() {
    var byIndex: [UInt64: Digest] = [:]
    for found in node.anchors { byIndex[found.index] = found.anchor.commitment }
    var ahead: UInt64 = 0
    for answer in lines.answers {
      guard let index = index(of: answer.entry) else {
        add(path, UInt64(answer.line), "names \(answer.entry), which is no entry of \(node.origin)")
        continue
      }
      guard index < node.files.size else {
        ahead += 1
        continue
      }
      if byIndex[index] != answer.commitment {
        add(
          path, UInt64(answer.line),
          "says that its anchor is \(answer.entry), and the log has another thing there")
      }
    }
    if ahead > 0 {
      notChecked.append(
        "\(node.origin): \(ahead) anchors that were published behind the end of this copy")
    }
  }

  private func index(of entry: String) -> UInt64? {
    guard entry.hasPrefix(node.origin + "/") else { return nil }
    return UInt64(entry.dropFirst(node.origin.count + 1))
  }

  // MARK: The summary

  private mutating func summarise() {
    if summary.gapCount > UInt64(summary.gaps.count) {
      notes.append(
        "\(node.origin): \(summary.gapCount - UInt64(summary.gaps.count)) more times without an anchor"
      )
    }
    for (log, count) in others.sorted(by: { "\($0.key)" < "\($1.key)" }) {
      notes.append(
        "\(node.origin): \(count) anchors of another hub's log, \(log): audit that apart")
    }
    checked.append(
      "anchors: \(summary.anchors) of \(looks.origin) in \(node.origin), which others cosigned up to \(summary.cosignedSize) entries; \(summary.bound) of \(summary.looks) looks bound"
    )
    guard summary.unbound > 0 || summary.anchors == 0 else { return }
    notChecked.append(
      "\(looks.origin): \(summary.unbound) looks, not yet bound: "
        + (summary.anchors == 0
          ? "no anchor of this log is in \(node.origin)"
          : "no anchor over them is cosigned by a node whose card was given"))
  }
}

enum AuditTime {
  /// `45 min`, `3 h`, `2 d`
  static func text(_ milliseconds: UInt64) -> String {
    let minutes = milliseconds / 60_000
    if minutes < 120 { return "\(minutes) min" }
    return minutes < 2_880 ? "\(minutes / 60) h" : "\(minutes / 1_440) d"
  }
}
