import Crypto
import Log
import Replication
import Store

/// The truth that a run of nodes is judged by: what each log holds, how far each site acknowledged
/// it, what it showed to others, and which evidence it kept. Cheap, since it looks only at what is
/// new.
final class Truth {
  private(set) var logs: [LogID: LogTruth] = [:]
  /// In the order in which they were met.
  private(set) var order: [LogID] = []
  private(set) var holdings = Holdings()
  private(set) var evidence = Evidence()
  private var announcements = Announcements()
  /// True of a name whose key signs no index twice.
  private let signsOnce: (NodeName) -> Bool
  /// Entries that are lost with their author's disk, and that nobody else stored, are nobody's: own
  /// entries count when somebody else has them, or in the end.
  private let losesOwn: Bool

  init(signsOnce: @escaping (NodeName) -> Bool, losesOwn: Bool = false) {
    self.signsOnce = signsOnce
    self.losesOwn = losesOwn
  }

  func size(_ site: Site, _ log: LogID) -> UInt64 { holdings.head(site, log).size }

  /// The site's folder is another now.
  func forget(_ site: Site) {
    holdings.forget(site)
    evidence.forget(site)
  }

  func name(_ log: LogID) -> String {
    logs[log].map { $0.identity.origin.text } ?? "a log that nobody stored"
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
      guard head.size > 0, counts(site, log.id), let truth = logs[log.id], truth.fork == nil
      else { continue }
      try expect(
        truth.allows(head.leafHash.array, at: head.size - 1),
        "\(site.label): entry \(head.size - 1) of \(log.origin) is another after a start")
    }
    for log in holdings.logs(site) where process.store.state(log) == nil {
      throw Violation("\(site.label): a log of \(size(site, log)) entries is not there any more")
    }
  }

  /// The copy of a folder that a site began with may be of after a fault.
  private func noteFault(_ process: NodeProcess, _ log: LogIdentity) {
    guard !signsOnce(log.origin.name), evidence.proof(of: log.id, at: process.site) == nil,
      let frozenAt = process.store.state(log.id)?.frozenAt
    else { return }
    evidence.keepFault(of: log.id, at: frozenAt, at: process.site)
  }

  /// A head became durable.
  func stored(_ site: Site, _ log: LogID, _ head: LogHead) throws(Violation) {
    guard site.isHonest, let process = site.process, head.size > 0 else { return }
    if logs[log] == nil {
      guard let identity = process.store.logs.first(where: { $0.id == log }) else { return }
      logs[log] = LogTruth(identity, signsOnce: signsOnce(identity.origin.name))
      order.append(log)
    }
    let before = size(site, log)
    try expect(
      head.size >= before,
      "\(site.label): \(name(log)) shrinks from \(before) to \(head.size) entries")
    guard head.size > before else { return }
    if counts(site, log) { try compare(site, process.store, log, before..<head.size) }
    holdings.mark(site, log, head, at: process.world.now)
  }

  private func counts(_ site: Site, _ log: LogID) -> Bool {
    !losesOwn || logs[log]?.identity.origin.name != site.name
  }

  /// The own logs of a site count as they are now.
  func settleOwn(_ site: Site) throws(Violation) {
    guard let store = site.process?.store else {
      throw Violation("\(site.label) does not run in the end")
    }
    for log in store.logs where log.origin.name == site.name {
      let size = store.durableHead(log.id)?.size ?? 0
      if logs[log.id] != nil { try compare(site, store, log.id, 0..<size) }
    }
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
    for (index, hash) in zip(range, hashes) {
      let isOfBranch = try known.met(hash, at: Int(index), by: site.label) {
        header(store, log, index)
      }
      if !isOfBranch { return }
    }
  }

  private func header(_ store: Store, _ log: LogID, _ index: UInt64) -> Digest? {
    (try? store.read(log, index..<(index + 1), maxBytes: 2 << 20)).map {
      EntryHeader.headerHash(of: $0.leaves.span)
    }
  }

  // MARK: Words

  /// A message is one of the specification, nothing is shown before its fsync, and a head only
  /// grows.
  func said(_ process: NodeProcess, _ session: SessionID, _ message: [UInt8]) throws(Violation) {
    let site = process.site
    guard let said = SyncMessage(message), said.bytes == message else {
      throw Violation(
        "\(site.label) says \(Hex.encode(Array(message.prefix(64)))), which is no message")
    }
    switch said {
    case .logs(_, let saltedIDs): announcements.list(saltedIDs, on: session, by: process)
    case .heads(let heads):
      for head in heads {
        guard let log = announcements.log(at: head.position, on: session) else { continue }
        try shown(site, log, head.size)
        let before = announcements.show(head.size, of: log, on: session)
        try expect(
          head.size >= before,
          "\(site.label) announces \(head.size) of \(name(log)) after \(before)")
        try compare(site, log, head)
      }
    case .chunk(let chunk):
      guard let log = announcements.log(at: chunk.position, on: session) else { return }
      try shown(site, log, chunk.end)
    default: break
    }
  }

  private func shown(_ site: Site, _ log: LogID, _ size: UInt64) throws(Violation) {
    let synced = self.size(site, log)
    try expect(
      size <= synced,
      "\(site.label) shows \(size) entries of \(name(log)), and its disk has synced \(synced)")
  }

  private func compare(_ site: Site, _ log: LogID, _ head: SyncHead) throws(Violation) {
    guard counts(site, log), let truth = logs[log], truth.fork == nil,
      head.size <= truth.leaves.count
    else { return }
    try expect(
      truth.allows(head.leafHash, at: head.size - 1),
      "\(site.label) announces another entry \(head.size - 1) of \(name(log))")
  }

  // MARK: Evidence

  /// No author is accused that signs once.
  func proven(_ site: Site, _ proof: ForkProof) throws(Violation) {
    try expect(
      !signsOnce(proof.identity.origin.name) || !site.isHonest,
      "\(site.label) keeps a proof against \(proof.identity.origin), which is honest")
    evidence.keep(proof, at: site)
  }

  /// Whoever keeps the evidence of a fault freezes there.
  func accused(_ site: Site, _ log: LogID, _ fault: AuthorFault) throws(Violation) {
    try expect(
      logs[log]?.signsOnce == false || !site.isHonest,
      "\(site.label) accuses \(name(log)) of a fault at \(fault.position), and it is honest")
    evidence.keepFault(of: log, at: fault.position, at: site)
  }
}

extension World.Observer {
  /// Has the truth hear of all that it is made of.
  mutating func tell(_ truth: Truth) {
    started = { (process) throws(Violation) in try truth.started(process) }
    stored = { (site, log, head) throws(Violation) in try truth.stored(site, log, head) }
    sent = { (process, session, message) throws(Violation) in
      try truth.said(process, session, message)
    }
    proven = { (site, proof) throws(Violation) in try truth.proven(site, proof) }
  }
}
