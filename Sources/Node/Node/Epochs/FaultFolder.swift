import Crypto
import Log
import Replication
import Runtime

/// `faults/` in the data folder: the evidence that this node holds. For each log it keeps the
/// lowest fork proof, the fault, and some defects and openings. All parts of a node share it.
final class FaultFolder {
  let path: String
  /// Names of files by log, in their order.
  private(set) var files: [LogID: [String]] = [:]
  /// Files that are no evidence, each with why.
  private(set) var problems: [String] = []
  /// Each verified as it was read.
  private(set) var proofs: [ForkProof] = []
  /// Second openings; the core verifies them.
  private(set) var openings: [HeldOpening] = []
  /// Logs after which a second opening was kept that cannot be read now: their epochs are contested
  /// all the same.
  private(set) var unreadableOpenings: Set<LogID> = []

  /// A folder that is not there yet holds nothing; one that cannot be read may hold that a node is
  /// contested, and nothing may be sealed without knowing it.
  init(_ folder: NodeFolder) throws(SystemError) {
    path = folder.faults
    guard try FileSystem.status(path) != nil else { return }
    for name in try FileSystem.list(path).sorted() { load(name) }
  }

  private func load(_ name: String) {
    guard let log = Hex.decode(name.prefix(64)).flatMap({ LogID($0) }) else {
      return problems.append("\(path)/\(name): no evidence has such a name")
    }
    if name.hasSuffix(".opening") {
      do {
        try loadOpening(name, after: log)
      } catch {
        unreadableOpenings.insert(log)
        return problems.append("\(path)/\(name): \(error)")
      }
    }
    if name.hasSuffix(".fork") {
      do {
        let bytes = try FileSystem.read("\(path)/\(name)", maxBytes: LogLimits.proofBytes)
        let proof = try ForkProof(decoding: bytes)
        guard proof.identity.id == log else {
          return problems.append("\(path)/\(name): a proof of another log")
        }
        proofs.append(proof)
      } catch {
        return problems.append("\(path)/\(name): \(error)")
      }
    }
    files[log, default: []].append(name)
  }

  private func loadOpening(_ name: String, after log: LogID) throws(SystemError) {
    let limit = EntryLayout.leafBytes + LogLimits.publicBodyBytes
    let bytes = try FileSystem.read("\(path)/\(name)", maxBytes: limit)
    guard bytes.count > EntryLayout.leafBytes else {
      unreadableOpenings.insert(log)
      return problems.append("\(path)/\(name): shorter than an opening")
    }
    openings.append(
      HeldOpening(
        predecessor: log, leaf: Array(bytes[..<EntryLayout.leafBytes]),
        body: Array(bytes[EntryLayout.leafBytes...])))
  }

  /// The files that speak of a log, with their folder.
  func evidence(of log: LogID) -> [String] { (files[log] ?? []).map { "\(path)/\($0)" } }

  func count(of log: LogID, _ suffix: String) -> Int {
    files[log]?.count { $0.hasSuffix(suffix) } ?? 0
  }

  /// - Returns: where it is.
  @discardableResult
  func write(_ bytes: [UInt8], of log: LogID, _ name: String) throws(SystemError) -> String {
    let name = "\(log)-\(name)"
    try FileSystem.makeFolder(path, mode: 0o700)
    try FileSystem.atomicWrite("\(path)/\(name)", bytes, mode: 0o600)
    if files[log]?.contains(name) != true { files[log] = ((files[log] ?? []) + [name]).sorted() }
    return "\(path)/\(name)"
  }

  /// The lowest fork proof of a log is what counts: it takes the place of the others.
  func keep(_ proof: ForkProof) throws(SystemError) -> String {
    try keep(proof.encode(), of: proof.identity.id, "\(proof.frozenAt)", ".fork")
  }

  /// So it is with second openings: the one that cites the least.
  func keep(_ opening: Replication.Opening) throws(SystemError) -> String {
    try keep(
      opening.batch.batch.leaves + opening.batch.batch.bodies, of: opening.predecessor,
      "\(opening.identity.id)", ".opening")
  }

  private func keep(
    _ bytes: [UInt8], of log: LogID, _ name: String, _ suffix: String
  ) throws(SystemError) -> String {
    let before = (files[log] ?? []).filter { $0.hasSuffix(suffix) }
    let written = try write(bytes, of: log, name + suffix)
    for name in before where !written.hasSuffix("/\(name)") {
      try FileSystem.remove("\(path)/\(name)")
      files[log]?.removeAll { $0 == name }
    }
    return written
  }
}
