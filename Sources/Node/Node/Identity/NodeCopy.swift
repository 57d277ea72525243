import Crypto
import Log
import Runtime
import Secrets
import Store

/// The common part of a backup and a restore: a new folder that gets the public files of a node and
/// its store (Protocols/store.md, 11). `node.card` comes last: a folder without it is no node.
struct NodeCopy {
  let source: String
  let target: NodeFolder
  let card: Card

  /// Refuses a target that is there and not an empty folder, or that is inside the source.
  static func check(_ target: String, source: String) throws(IdentityError) {
    let real = FileSystem.canonical(target)
    let inside = FileSystem.canonical(source)
    guard !FileSystem.isInside(real, inside) else {
      throw IdentityError(
        .refused, "the folder \(target) would be inside \(source)", hint: "name another place")
    }
    let status = try IdentityError.wrap { () throws(SystemError) in try FileSystem.status(real) }
    guard let status else { return }
    let names =
      status.kind == .folder
      ? try IdentityError.wrap { () throws(SystemError) in try FileSystem.contents(real) } : [real]
    guard names.isEmpty else {
      throw IdentityError(
        .exists, "\(target) is there already, and is not an empty folder",
        hint: "name a new one: nothing is written over; what broke off before can be removed")
    }
  }

  /// Copies everything; `copyStore` copies the store between the two disks.
  /// - Parameter secrets: what else is written before the card.
  func run(
    secrets: () throws(IdentityError) -> Void = {},
    store copyStore: (FileDisk, FileDisk, Bytes32) throws(StoreCopyError) -> StoreSnapshot
  ) throws(IdentityError) -> CopySummary {
    let from: FileDisk
    let to: FileDisk
    do throws(SystemError) {
      try FileSystem.makeFolder(target.root, inheritsOwner: false)
      from = try FileDisk(folder: source, openFiles: NodeCopy.openFiles, isReadOnly: true)
      to = try FileDisk(folder: target.root, openFiles: NodeCopy.openFiles)
    } catch {
      throw IdentityError(error)
    }
    var random = SystemRandom()
    guard let salt = Bytes32(random.bytes(32)) else { preconditionFailure("32 bytes") }
    let snapshot: StoreSnapshot
    do throws(StoreCopyError) {
      snapshot = try copyStore(from, to, salt)
    } catch {
      throw IdentityError(error, source: source, target: target.root)
    }
    try copyFiles()
    try secrets()
    let summary = try readBack(snapshot)
    try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.atomicWrite(target.card, card.note, mode: 0o644)
    }
    return summary
  }

  /// The roster without its secrets, evidence, and whether the log was closed.
  private func copyFiles() throws(IdentityError) {
    let here = NodeFolder(source)
    try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.makeFolder(target.peers)
      for name in try FileSystem.list(here.peers) where NodeCopy.isPublic(name) {
        try copy("\(here.peers)/\(name)", "\(target.peers)/\(name)", mode: 0o644)
      }
      for name in try FileSystem.list(here.cards) where !name.hasPrefix(".") {
        try FileSystem.makeFolder(target.cards)
        try copy("\(here.cards)/\(name)", "\(target.cards)/\(name)", mode: 0o644)
      }
      for name in try FileSystem.list(here.faults) where !name.hasPrefix(".") {
        try FileSystem.makeFolder(target.faults)
        try copy("\(here.faults)/\(name)", "\(target.faults)/\(name)", mode: 0o600)
      }
      if try FileSystem.status(here.closed) != nil {
        try copy(here.closed, target.closed, mode: 0o600)
      }
    }
  }

  private func copy(_ from: String, _ to: String, mode: UInt32) throws(SystemError) {
    let bytes = try FileSystem.read(from, maxBytes: NodeCopy.fileBytes)
    try FileSystem.atomicWrite(to, bytes, mode: mode)
  }

  /// Reads the whole copy before anybody calls it one.
  private func readBack(_ snapshot: StoreSnapshot) throws(IdentityError) -> CopySummary {
    let logs = snapshot.logs.map {
      CopySummary.Log(origin: $0.origin.text, size: snapshot.head($0.id)?.size ?? 0)
    }
    let leftOut = snapshot.leftOut.map { "the log \($0) is damaged, and was left out" }
    let report: FsckReport
    do {
      report = try Fsck.run(on: try FileDisk(folder: target.root, isReadOnly: true))
    } catch {
      throw IdentityError(
        .inputOutput, "the copy in \(target.root) could not be read: \(error)",
        hint: "look at that disk, remove the folder, and try again")
    }
    return CopySummary(
      logs: logs,
      problems: leftOut + report.findings.prefix(NodeCopy.problemsKept).map { "\($0)" },
      problemCount: leftOut.count + report.findingCount)
  }

  /// Cards, addresses and limits, and who was removed; no key, and no draft.
  private static func isPublic(_ name: String) -> Bool {
    !name.hasPrefix(".")
      && [".card", ".compared", ".conf", ".removed"].contains { name.hasSuffix($0) }
  }

  private static let openFiles = 16
  /// More than a card, a `.conf`, a `closed` or a proof has: two leaves with a path each are 12
  /// KiB.
  private static let fileBytes = 64 << 10
  static let problemsKept = 20
}

extension IdentityError {
  /// A copy of a store broke off.
  init(_ error: StoreCopyError, source: String, target: String) {
    let again = "remove \(target) and try again"
    switch error {
    case .stopped: self.init(.refused, "the copy was broken off", hint: again)
    case .store(let error):
      self.init(
        .inputOutput, "the store in \(source) cannot be copied: \(error)",
        hint: "run liaison fsck on it; \(again)")
    case .source(let error, let file):
      self.init(
        .inputOutput, "\(source)/\(file.path) cannot be read: \(error)",
        hint: "look at that disk; \(again)")
    case .target(let error):
      self.init(
        .inputOutput, "\(target) cannot be written: \(error)",
        hint: "make room, or look at that disk; \(again)")
    }
  }
}
