import Crypto
import Log
import Replication
import Store

/// The truth that a run is judged by: what every log holds, whoever stores it, and how far each
/// site has it. Cheap, since it looks only at what is new.
final class NetworkTruth {
  /// One log as the world knows it.
  struct LogTruth {
    let identity: LogIdentity
    let isHonest: Bool
    /// Leaf hashes by index, as its author's disk or the first other one acknowledged them.
    var leaves: [Digest] = []
    /// The hash of each header of a foe's log: two signatures of one header are no fork.
    var headers: [Digest] = []
    /// Entries that two disks hold with different signatures, or held.
    var twins: Set<Int> = []
    /// The lowest index that two disks hold differently: of a foe's log.
    var fork: UInt64?
  }

  private(set) var logs: [LogID: LogTruth] = [:]
  /// In the order in which they were met.
  private(set) var order: [LogID] = []
  /// How far each site acknowledged each log, by the site's number.
  private var held: [[LogID: UInt64]] = []
  /// The lowest proof that each site kept of each log.
  private(set) var proofs: [[LogID: UInt64]] = []
  /// The lowest fault that each site kept evidence of for each log.
  private var faults: [[LogID: UInt64]] = []
  /// The announcements of each session, and the log that each position means.
  private var sessions: [SessionID: Announced] = [:]
  let isHonest: (NodeName) -> Bool

  private struct Announced {
    var positions: [LogID?] = []
    var sizes: [LogID: UInt64] = [:]
  }

  init(isHonest: @escaping (NodeName) -> Bool) { self.isHonest = isHonest }

  func added(_ site: Site) {
    held.append([:])
    proofs.append([:])
    faults.append([:])
  }

  func size(_ site: Site, _ log: LogID) -> UInt64 { held[site.number][log] ?? 0 }

  /// The site's folder is another now.
  func forget(_ site: Site) {
    held[site.number] = [:]
    proofs[site.number] = site.folder.proofs.mapValues(\.frozenAt)
    faults[site.number] = [:]
  }

  // MARK: Disks

  /// A process opened what its disk holds.
  func started(_ process: NodeProcess) throws(Violation) {
    let site = process.site
    guard site.isHonest else { return }
    for log in process.store.logs {
      noteFault(process, log)
      let head = process.store.durableHead(log.id) ?? .empty
      let before = size(site, log.id)
      try expect(
        head.size >= before,
        "\(site.label): \(before) entries of \(log.origin) were acknowledged, \(head.size) are there"
      )
      try stored(site, log.id, head)
      guard head.size > 0, let truth = logs[log.id], truth.fork == nil else { continue }
      try expect(
        truth.leaves[Int(head.size) - 1] == head.leafHash
          || truth.twins.contains(Int(head.size) - 1),
        "\(site.label): entry \(head.size - 1) of \(log.origin) is another after a start")
    }
    for log in held[site.number].keys.sorted() where process.store.state(log) == nil {
      throw Violation("\(site.label): a log of \(size(site, log)) entries is not there any more")
    }
  }

  /// The copy of a folder that a site began with may be of after a fault.
  private func noteFault(_ process: NodeProcess, _ log: LogIdentity) {
    let number = process.site.number
    guard !isHonest(log.origin.name), proofs[number][log.id] == nil,
      let frozenAt = process.store.state(log.id)?.frozenAt
    else { return }
    faults[number][log.id] = min(faults[number][log.id] ?? .max, frozenAt)
  }

  /// A head became durable.
  func stored(_ site: Site, _ log: LogID, _ head: LogHead) throws(Violation) {
    guard let store = site.process?.store, head.size > 0 else { return }
    if logs[log] == nil {
      guard let identity = store.logs.first(where: { $0.id == log }) else { return }
      logs[log] = LogTruth(identity: identity, isHonest: isHonest(identity.origin.name))
      order.append(log)
    }
    let before = size(site, log)
    try expect(
      head.size >= before,
      "\(site.label): \(name(log)) shrinks from \(before) to \(head.size) entries")
    if head.size > before { try compare(site, store, log, before..<head.size) }
    held[site.number][log] = head.size
  }

  /// Same log, same index, same bytes. Rotten entries are not compared: reads refuse them.
  private func compare(
    _ site: Site, _ store: Store, _ log: LogID, _ range: Range<UInt64>
  ) throws(Violation) {
    let hashes: [Digest]
    do { hashes = try range.map { try store.leafHash(log, $0) } } catch {
      return try expect(
        site.isRotten || site.diskFault != nil, "\(site.label): \(name(log)) is not read: \(error)")
    }
    guard var known = logs[log] else { return }
    defer { logs[log] = known }
    for (place, hash) in hashes.enumerated() {
      let index = Int(range.lowerBound) + place
      let count = known.leaves.count
      if index < count {
        guard known.leaves[index] != hash else { continue }
        try expect(
          !known.isHonest, "\(site.label): entry \(index) of \(name(log)) is another there")
        if let header = header(store, log, index), header == known.headers[index] {
          known.twins.insert(index)
          continue
        }
        known.fork = min(known.fork ?? .max, UInt64(index))
        return
      }
      // A log with two branches keeps one here.
      if !known.isHonest, index > count { return }
      try expect(
        index == count, "\(site.label): \(name(log)) has entry \(index) and nobody the one before")
      known.leaves.append(hash)
      if !known.isHonest { known.headers.append(header(store, log, index) ?? .zero) }
    }
  }

  private func header(_ store: Store, _ log: LogID, _ index: Int) -> Digest? {
    let range = UInt64(index)..<UInt64(index + 1)
    return (try? store.read(log, range, maxBytes: 2 << 20)).map {
      EntryHeader.headerHash(of: $0.leaves.span)
    }
  }

  // MARK: Announcements

  /// A message is one of the specification, nothing is announced before its fsync, and a head only
  /// grows.
  func said(_ process: NodeProcess, _ session: SessionID, _ message: [UInt8]) throws(Violation) {
    guard let said = SyncMessage(message), said.bytes == message else {
      throw Violation(
        "\(process.site.label) says \(Hex.encode(Array(message.prefix(64)))), which is no message")
    }
    switch said {
    case .logs(_, let saltedIDs): learn(process, session, saltedIDs)
    case .heads(let heads):
      for head in heads {
        guard let log = log(session, head.position) else { continue }
        try announced(process.site, session, log, head.size)
        let before = sessions[session]?.sizes[log] ?? 0
        try expect(
          head.size >= before,
          "\(process.site.label) announces \(head.size) of \(name(log)) after \(before)")
        sessions[session]?.sizes[log] = head.size
        try compare(process.site, log, head)
      }
    case .chunk(let chunk):
      guard let log = log(session, chunk.position) else { return }
      try announced(process.site, session, log, chunk.end)
    default: break
    }
  }

  private func compare(_ site: Site, _ log: LogID, _ head: SyncHead) throws(Violation) {
    guard let truth = logs[log], truth.fork == nil, head.size <= truth.leaves.count else { return }
    try expect(
      truth.leaves[Int(head.size) - 1].array == head.leafHash
        || truth.twins.contains(Int(head.size) - 1),
      "\(site.label) announces another entry \(head.size - 1) of \(name(log))")
  }

  private func announced(
    _ site: Site, _ session: SessionID, _ log: LogID, _ size: UInt64
  ) throws(Violation) {
    try expect(
      size <= self.size(site, log),
      "\(site.label) shows \(size) entries of \(name(log)), and its disk has synced \(self.size(site, log))"
    )
  }

  private func log(_ session: SessionID, _ position: Int) -> LogID? {
    guard let positions = sessions[session]?.positions, position < positions.count else {
      return nil
    }
    return positions[position]
  }

  /// Which logs a session's list names: their ids are salted with the handshake's hash.
  private func learn(_ process: NodeProcess, _ session: SessionID, _ saltedIDs: [[UInt8]]) {
    guard let opening = process.sessions[session] else { return }
    var known: [[UInt8]: LogID] = [:]
    for log in process.store.logs {
      var hasher = SHA256()
      hasher.update(opening.handshakeHash)
      log.id.withBytes { hasher.update($0) }
      known[Array(hasher.finalize().array.prefix(16))] = log.id
    }
    for salted in saltedIDs {
      sessions[session, default: Announced()].positions.append(known[salted])
    }
  }

  func closed(_ session: SessionID) { sessions[session] = nil }

  // MARK: Faults

  /// No honest author is accused; and whoever keeps a proof freezes where it says.
  func proven(_ site: Site, _ proof: ForkProof) throws(Violation) {
    let log = proof.identity.id
    try expect(
      !isHonest(proof.identity.origin.name) || !site.isHonest,
      "\(site.label) keeps a proof against \(proof.identity.origin), which is honest")
    let before = proofs[site.number][log] ?? .max
    proofs[site.number][log] = min(before, proof.frozenAt)
  }

  /// Where the evidence that a site has freezes a log.
  func evidence(_ site: Site, _ log: LogID) -> UInt64? {
    guard let proof = proofs[site.number][log] else { return faults[site.number][log] }
    return min(proof, faults[site.number][log] ?? .max)
  }

  /// Whoever keeps the evidence of a fault freezes there.
  func accused(_ site: Site, _ log: LogID, _ fault: AuthorFault) throws(Violation) {
    try expect(
      logs[log]?.isHonest == false || !site.isHonest,
      "\(site.label) accuses \(name(log)) of a fault at \(fault.position), and it is honest")
    faults[site.number][log] = min(faults[site.number][log] ?? .max, fault.position)
  }

  func name(_ log: LogID) -> String {
    logs[log].map { $0.identity.origin.text } ?? "a log that nobody stored"
  }
}
