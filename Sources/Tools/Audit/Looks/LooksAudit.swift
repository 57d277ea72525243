internal import Crypto
public import Log

/// Checks that a hub's consultation log is what it was when it was anchored (Protocols/audit.md,
/// 9): with public keys and nonces alone.
public enum LooksAudit {
  /// - Parameters:
  ///   - folder: the consultation log.
  ///   - anchors: the file of its nonces.
  ///   - log: the folder of the node's log, best of a partner's copy.
  ///   - cards: of the node, and of those who cosigned its log.
  ///   - otherHubs: cards of consultation logs that this node anchors, too, and that are audited
  ///     apart.
  public static func run(
    folder: String, anchors path: String, log: String, cards: [Card], otherHubs: [Card] = [],
    threads: Int? = nil,
    isStill: Bool = false, progress: @escaping (String, UInt64, UInt64) -> Void = { _, _, _ in }
  ) throws(AuditError) -> AuditReport {
    let card = try ownCard(of: folder)
    var found: [Finding] = []
    let lines = try readLines(path, card.identity, &found)
    var questions = LogQuestions()
    questions.sizes = lines.sizes.sorted()
    let looks = try FolderAudit.audit(
      path: folder, cards: [card], threads: threads, isStill: isStill, questions, progress)
    questions = LogQuestions(collectsAnchors: true)
    let node = try FolderAudit.audit(
      path: log, cards: cards, threads: threads, isStill: isStill, questions, progress)
    guard let looksLog = looks.audited.first(where: { $0.identity == card.identity }) else {
      throw .notALog(folder)
    }
    let nodeLog = try oneLog(node, cards, log)
    var conclusion = LooksConclusion(
      looksLog, nodeLog, lines, path, others: otherHubs.map(\.identity.id))
    conclusion.run()
    return merged(looks.report, node.report, conclusion, found)
  }

  private static func ownCard(of folder: String) throws(AuditError) -> Card {
    let path = folder + "/node.card"
    let bytes: [UInt8]?
    do throws(ReadFailure) {
      bytes = try Folder.contents(of: path, atMost: LogLimits.cardFileBytes)
    } catch {
      throw .unreadable(path: path, reason: error.reason)
    }
    guard let bytes else { throw .missing(path) }
    do throws(CardError) { return try Card.parse(file: bytes) } catch {
      throw .unreadable(path: path, reason: "it is no valid card (\(error))")
    }
  }

  /// A file that is not there was not given; one that is something else was.
  private static func readLines(
    _ path: String, _ identity: LogIdentity, _ found: inout [Finding]
  ) throws(AuditError) -> AnchorLines {
    var lines = AnchorLines(of: identity)
    var isThere = true
    do throws(ReadFailure) {
      let file = try ReadOnlyFile(path: path)
      isThere = file != nil
      if let file { try lines.read(file) }
    } catch {
      found.append(Finding(error, log: nil, root: ""))
    }
    guard isThere else { throw .missing(path) }
    return lines
  }

  /// The log that the anchors are in: the only one here, or the only one of a given card.
  private static func oneLog(
    _ run: AuditRun, _ cards: [Card], _ path: String
  ) throws(AuditError) -> LogAudit {
    if run.audited.count == 1 { return run.audited[0] }
    let given = run.audited.filter { audit in
      cards.contains { $0.identity == audit.identity }
    }
    guard given.count == 1 else { throw .severalLogs(path) }
    return given[0]
  }

  private static func merged(
    _ looks: AuditReport, _ node: AuditReport, _ conclusion: LooksConclusion, _ found: [Finding]
  ) -> AuditReport {
    var report = AuditReport()
    report.logs = looks.logs + node.logs
    report.findings = looks.findings + node.findings + found + conclusion.list.finished()
    report.checked = looks.checked + node.checked + conclusion.checked
    report.notChecked = looks.notChecked + node.notChecked + conclusion.notChecked
    report.notRead = Array(Set(looks.notRead + node.notRead)).sorted()
    report.notes = looks.notes + node.notes + conclusion.notes
    report.looks = conclusion.summary
    return report
  }
}
