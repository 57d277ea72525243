internal import Crypto
internal import Log

// The contents of a data folder beside its logs and journals (Protocols/audit.md, 3 and 6).
extension AuditRun {
  /// Names that say nothing of a log, and are never opened.
  private static let unread: Set<String> = [
    "lock", "control.socket", "reader.socket", "anchor.socket", "readability", "ids", "verified",
    "taken", "running", "readers", "keyuse", "secrets", "next",
  ]
  private static let read: Set<String> = ["format", "journal.0", "journal.1", "logs"]

  mutating func readInventory(_ names: [String]) {
    for name in withoutDrafts(names, of: nil) {
      switch name {
      case "node.card":
        attempt { run throws(ReadFailure) in try run.readOwnCard(name) }
      case "peers":
        attempt { run throws(ReadFailure) in try run.readPeers(name) }
      case "cards":
        attempt { run throws(ReadFailure) in try run.readHeldCards(name) }
      case "faults":
        attempt { run throws(ReadFailure) in try run.readFaults(name) }
      case "closed":
        attempt { run throws(ReadFailure) in try run.readClosed(name) }
      case "reserve":
        // The name is all that it says: its content is nothing.
        attempt { run throws(ReadFailure) in _ = try ReadOnlyFile(path: run.root + "/" + name) }
        report.notRead.append(name)
      case _ where AuditRun.read.contains(name): break
      case _ where AuditRun.unread.contains(name): report.notRead.append(name)
      default: report.notChecked.append("\(name): not a file of a node")
      }
    }
  }

  /// Leaves out the drafts that a crash left of files being written: the file itself is as it was,
  /// or is not there.
  private mutating func withoutDrafts(_ names: [String], of folder: String?) -> [String] {
    var files: [String] = []
    for name in names {
      if name.hasPrefix("."), name.hasSuffix(".new") {
        report.notRead.append(folder.map { "\($0)/\(name)" } ?? name)
      } else {
        files.append(name)
      }
    }
    return files
  }

  // MARK: Cards

  /// An origin names one log: of two with different keys one is an earlier one of a node that was
  /// made anew (CARD-7), or is not the node's. Who gave both has to know it.
  mutating func checkGivenCards() {
    var known: [Origin: LogIdentity] = [:]
    for card in cards {
      if let other = known[card.origin], other != card.identity {
        report.notChecked.append(
          "\(card.origin): which log it is: two cards with different log keys were given")
      }
      known[card.origin] = card.identity
    }
  }

  /// True when the node took cards of both logs: it keeps the first of each log (CARD-46).
  func holdsCards(of one: LogIdentity, and other: LogIdentity) -> Bool {
    guard let dataFolder else { return false }
    return [one, other].allSatisfy { identity in
      let path = "\(dataFolder)/cards/\(identity.id).card"
      guard let bytes = try? Folder.contents(of: path, atMost: LogLimits.cardFileBytes) else {
        return false
      }
      return (try? Card.parse(file: bytes))?.identity == identity
    }
  }

  private mutating func readOwnCard(_ name: String) throws(ReadFailure) {
    guard let card = try card(name) else { return }
    if !audited.contains(where: { $0.identity == card.identity }) {
      report.notChecked.append("\(name): the log of \(card.origin), which is not here")
    }
    report.checked.append("\(name): the card of \(card.origin)")
  }

  private mutating func readPeers(_ folder: String) throws(ReadFailure) {
    var count = 0
    for file in withoutDrafts(try Folder.names(in: root + "/" + folder) ?? [], of: folder) {
      let name = "\(folder)/\(file)"
      let isCompared = file.hasSuffix(".compared")
      guard file.hasSuffix(".card") || isCompared else {
        if [".conf", ".psk", ".removed"].contains(where: { file.hasSuffix($0) }) {
          report.notRead.append(name)
        } else {
          report.notChecked.append("\(name): not a file of a node")
        }
        continue
      }
      guard let card = try card(name) else { continue }
      count += 1
      if card.name.text + (isCompared ? ".compared" : ".card") != file {
        add(nil, name, "is the card of another name")
      }
    }
    report.checked.append("\(folder): \(count) cards, each by its own signature")
  }

  /// The first card that the node held of each log.
  private mutating func readHeldCards(_ folder: String) throws(ReadFailure) {
    var count = 0
    for file in withoutDrafts(try Folder.names(in: root + "/" + folder) ?? [], of: folder) {
      let name = "\(folder)/\(file)"
      guard let card = try card(name) else { continue }
      count += 1
      if "\(card.identity.id).card" != file { add(nil, name, "is the card of another log") }
    }
    report.checked.append("\(folder): \(count) cards, each by its own signature")
  }

  /// - Returns: nil for what is no card, which is a finding.
  private mutating func card(_ name: String) throws(ReadFailure) -> Card? {
    guard let bytes = try contents(name, atMost: LogLimits.cardFileBytes) else { return nil }
    guard let card = try? Card.parse(file: bytes) else {
      add(nil, name, "is no valid card")
      return nil
    }
    return card
  }

  /// - Returns: nil for what is not there, and for what is no regular file or too long, which is a
  ///   finding.
  private mutating func contents(_ name: String, atMost limit: Int) throws(ReadFailure) -> [UInt8]?
  {
    do throws(ReadFailure) {
      guard let bytes = try Folder.contents(of: root + "/" + name, atMost: limit) else {
        return nil
      }
      if bytes.count <= limit { return bytes }
      throw ReadFailure(path: root + "/" + name, kind: .tooMuch)
    } catch {
      guard error.isOfContent else { throw error }
      list.add(Finding(error, log: nil, root: root))
      return nil
    }
  }

  // MARK: The closed mark

  private mutating func readClosed(_ name: String) throws(ReadFailure) {
    guard let bytes = try contents(name, atMost: AuditLimits.smallFileBytes) else { return }
    let lines = String(validating: bytes, as: UTF8.self)?
      .split(separator: "\n", omittingEmptySubsequences: false)
    guard let lines, lines.count == 4, lines[0] == "liaison-closed/v1",
      lines[1].hasPrefix("origin "), lines[2].hasPrefix("reason "), lines[3].isEmpty,
      let origin = try? Origin(String(lines[1].dropFirst(7)))
    else { return add(nil, name, "says that a log was closed, and not which") }
    report.notes.append("\(origin) is closed here: \(lines[2].dropFirst(7))")
    report.checked.append("\(name): a mark of \(origin)")
  }

  // MARK: Evidence

  private mutating func readFaults(_ folder: String) throws(ReadFailure) {
    var count = 0
    for file in withoutDrafts(try Folder.names(in: root + "/" + folder) ?? [], of: folder) {
      let name = "\(folder)/\(file)"
      if file.hasSuffix(".opening") || file.hasSuffix(".cards") {
        report.notChecked.append("\(name): evidence about the next epoch, not about this one")
        continue
      }
      guard let bytes = try contents(name, atMost: LogLimits.proofBytes) else { continue }
      do throws(ProofError) {
        let evidence = try Evidence(bytes)
        guard file == evidence.fileName else {
          add(nil, name, "is evidence of another log, index or kind than its name says")
          continue
        }
        count += 1
        list.add(
          Finding(
            kind: evidence.kind, log: evidence.identity.origin.text, file: name, index: nil,
            offset: nil, what: evidence.what, proof: bytes))
        guard let index = evidence.frozenAt else { continue }
        let id = evidence.identity.id
        provenFreezes[id] = min(provenFreezes[id] ?? .max, index)
      } catch {
        add(nil, name, "proves nothing: \(error)")
      }
    }
    report.checked.append("\(folder): \(count) proofs")
  }
}

/// One piece of evidence, verified.
private struct Evidence {
  let kind: FindingClass
  let identity: LogIdentity
  let index: UInt64
  let suffix: String
  let what: String
  var frozenAt: UInt64? { kind == .defect ? nil : index }

  /// The file's name in a node's folder.
  var fileName: String { "\(identity.id)-\(index).\(suffix)" }

  init(_ bytes: [UInt8]) throws(ProofError) {
    if bytes.starts(with: "liaison-fault/".utf8) {
      let fault = try AuthorFault(decoding: bytes)
      (kind, identity, index, suffix) = (.authorFault, fault.identity, fault.position, "fault")
      what = "proves that the entry at \(fault.position) breaks a rule of every leaf"
    } else if bytes.starts(with: "liaison-defect/".utf8) {
      let defect = try DefectProof(decoding: bytes)
      (kind, identity, index, suffix) =
        (.defect, defect.identity, defect.exhibit.position, "defect")
      what = "proves that the signature of the entry at \(index) does not verify"
    } else {
      let fork = try ForkProof(decoding: bytes)
      (kind, identity, index, suffix) = (.fork, fork.identity, fork.frozenAt, "fork")
      what = "proves that the log's key signed two histories that differ at \(fork.frozenAt)"
    }
  }
}
