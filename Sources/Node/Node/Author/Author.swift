import Crypto
import Log
import Sealing
import Secrets
import Store

/// One request to publish, from the control socket to its answer.
struct Publication {
  let records: [[UInt8]]
  /// `sealedRecord`, or `sealedChunk` where they are chunks of attachments.
  var suite = EntrySuite.sealedRecord
  /// They are sealed under this grant, or refused.
  var grant: UInt64?
  /// Whom it is sealed to, of the roster as it is when it is sealed: it may have waited.
  let recipients: () throws(ControlError) -> Recipients
  let replicas: Int
  /// Days since 1970-01-01; 0: they do not expire.
  var expiryDay: UInt16 = 0
  /// Published in place of records.
  var publicEntry: PublicEntry?
  /// Published in place of records: keys of older ones, to the recipients.
  var history: HistoryGift?
  /// Published in place of records: grants that close the audiences past their term.
  var closesOld = false
  /// Names it for `giveUp`.
  var number: UInt64 = 0
  /// True while somebody still waits for the answer.
  let isHeard: () -> Bool
  let reply: (Result<PublishReply, ControlError>) -> Void

  /// Grants left out.
  var entries: Int { publicEntry == nil ? history?.drafts.count ?? records.count : 1 }
  var bytes: Int { records.reduce(0) { $0 + $1.count } }
}

/// One entry whose body everybody reads.
struct PublicEntry {
  let kind: EntryKind
  /// The body for the index at which it is signed.
  let body: (UInt64) -> [UInt8]

  init(kind: EntryKind, at index: @escaping (UInt64) -> [UInt8]) {
    self.kind = kind
    body = index
  }

  /// A body that is the same everywhere.
  init(kind: EntryKind, body: [UInt8]) { self.init(kind: kind) { _ in body } }
}

/// The members that records are sealed to.
struct Recipients {
  let members: [AudienceMember]
  /// How they were named.
  var scope = AudienceScope.nodes
  /// An audience is opened also where one of exactly these is open.
  var isNewVersion = false
  /// Members of `all` that are not sealed to: their epoch is contested, or their card waits to be
  /// compared.
  var contested: [NodeName] = []
}

/// Entries whose headers are chained and whose signatures are under way.
private final class Signing {
  let number: UInt64
  let publication: Publication
  let builder: EntryBuilder
  let first: UInt64
  let grants: Int
  let notes: AudienceNotes
  var signatures: [Int: [Signature]] = [:]
  var missing: Int

  init(
    _ number: UInt64, _ publication: Publication, _ builder: EntryBuilder, first: UInt64,
    grants: Int, notes: AudienceNotes, jobs: Int
  ) {
    self.number = number
    self.publication = publication
    self.builder = builder
    self.first = first
    self.grants = grants
    self.notes = notes
    missing = jobs
  }
}

/// Notes for the operator on an audience that was sealed to.
struct AudienceNotes {
  /// The grant that was sealed under.
  var grant: UInt64?
  /// Nobody can seal to their keys.
  var leftOut: [NodeName] = []
  /// An operator has to settle their epoch first.
  var contested: [NodeName] = []
  /// Members without a pre-shared key in an audience that was opened, while others have one.
  var withoutPresharedKey: [NodeName] = []

  func reply(_ entries: [EntryRun]) -> PublishReply {
    func names(_ nodes: [NodeName]) -> [String]? { nodes.isEmpty ? nil : nodes.map(\.text) }
    return PublishReply(
      entries: entries, grant: grant, leftOut: names(leftOut), contested: names(contested),
      withoutPresharedKey: names(withoutPresharedKey))
  }
}

/// Signatures of one slice of one batch, back from a worker.
struct SignedSlice: Sendable {
  let batch: UInt64
  let slice: Int
  let signatures: [Signature]
}

/// Seals, chains, signs and stages this node's own entries, in order. While the signatures of a
/// batch are under way on the worker threads, the next ones are sealed and chained behind it.
///
/// An index is signed once: whatever was signed is staged, and what the store refuses never leaves
/// this process.
final class Author {
  let identity: LogIdentity
  /// The log key stays; the others are replaced by a rotation.
  var secrets: NodeSecrets
  private let store: Store
  private var random = SystemRandom()
  private var queue: [Publication] = []
  private var queueBytes = 0
  /// Batches under way, in order of index.
  private var signing: [Signing] = []
  /// Staged, waiting to be durable and replicated: in order of index.
  private var waiting: [Waiting] = []
  private let desk: Desk
  /// Secrets that are mixed into the slots of grants, with the keys of the roster as it is.
  var slotSecrets: SlotSecrets
  /// Own grants are being read: publications wait for a later turn.
  private(set) var isReadingGrants = false
  private let submit: (@escaping @Sendable () -> SignedSlice) -> Bool
  /// Signing waits for these peers: publications wait, and signed batches are not stored. nil: it
  /// does not wait.
  private var heldFor: [NodeName]?
  private var lastNumber: UInt64 = 0
  private var lastBatch: UInt64 = 0
  /// Why nothing is signed in this epoch any more.
  private(set) var closedBecause: String?
  /// The clock for the times of entries, which are a claim and order nothing.
  var wallMilliseconds: () -> UInt64 = { 0 }
  /// The clock for waits: a wall clock that is set takes no time and gives none.
  var steadyMilliseconds: () -> UInt64 = { 0 }
  /// Why nothing is signed at this moment; what asks for it is refused. nil: nothing is in the way.
  var pausedBecause: () -> String? = { nil }
  /// Told of an audience that was opened.
  var didOpen: (AudienceNotes) -> Void = { _ in }
  /// Told what the store took.
  var didStage: (EntryBatch) -> Void = { _ in }

  init(
    identity: LogIdentity, secrets: NodeSecrets, store: Store,
    desk: Desk,
    submit: @escaping (@escaping @Sendable () -> SignedSlice) -> Bool
  ) {
    self.identity = identity
    self.secrets = secrets
    self.store = store
    self.desk = desk
    self.submit = submit
    slotSecrets = SlotSecrets(author: secrets.author) { _ in nil }
  }

  func close(because reason: String) {
    if closedBecause == nil { closedBecause = reason }
    // Signed, and seen by nobody.
    let dropped = signing.map(\.publication) + queue
    queue = []
    queueBytes = 0
    if !signing.isEmpty { desk.forget(identity.id) }
    signing = []
    for publication in dropped { publication.reply(.failure(.closedHere(reason: reason))) }
  }

  /// Signing waits.
  func hold(for peers: [NodeName]) { heldFor = peers }

  /// Signing goes on.
  func resume() {
    heldFor = nil
    stageSigned()
  }

  /// - Returns: what `giveUp` takes; nil when it was refused at once.
  @discardableResult
  func publish(_ publication: Publication) -> UInt64? {
    var publication = publication
    if let closedBecause {
      publication.reply(.failure(.closedHere(reason: closedBecause)))
      return nil
    }
    guard queue.count < NodeLimits.publishQueue, waiting.count < NodeLimits.publishWaiting,
      queueBytes + publication.bytes <= NodeLimits.publishQueueBytes
    else {
      publication.reply(.failure(.busy))
      return nil
    }
    lastNumber += 1
    publication.number = lastNumber
    queue.append(publication)
    queueBytes += publication.bytes
    return lastNumber
  }

  /// This publication has waited for peers as long as it may: refuse it. Work under way goes on.
  func giveUp(_ number: UInt64) {
    guard let peers = heldFor, let place = queue.firstIndex(where: { $0.number == number })
    else { return }
    let publication = queue.remove(at: place)
    queueBytes -= publication.bytes
    publication.reply(.failure(.waiting(peers: peers.map(\.text))))
  }

  /// Takes the next requests up. Called once a round.
  func work() {
    isReadingGrants = false
    // Nothing more is signed while too much waits for the disk.
    while signing.count < NodeLimits.batchesSigned, closedBecause == nil, heldFor == nil,
      !queue.isEmpty,
      store.stagedBytes < NodeLimits.stagedBytes
    {
      guard isBookRead() else { return }
      let publication = queue.removeFirst()
      queueBytes -= publication.bytes
      guard publication.isHeard() else { continue }
      do throws(ControlError) {
        try begin(publication)
      } catch {
        publication.reply(.failure(error))
      }
    }
  }

  /// True once the own book of grants is read, and when reading it failed: sealing then tells the
  /// error.
  private func isBookRead() -> Bool {
    do { isReadingGrants = try desk.ownBook(of: identity) == nil } catch { isReadingGrants = false }
    return !isReadingGrants
  }

  private func begin(_ publication: Publication) throws(ControlError) {
    guard let state = store.state(identity.id) else {
      throw .closedHere(reason: "the own log is damaged; run 'liaison fsck'")
    }
    if case .full = store.condition { throw .diskFull }
    if let reason = pausedBecause() {
      throw .refused(
        reason: reason,
        hint: "look at that file and its folder; liaisond goes on by itself")
    }
    var builder = signing.last.map { EntryBuilder(after: $0.builder) } ?? EntryBuilder(state: state)
    let first = builder.nextIndex
    let (grants, notes) = try seal(publication, into: &builder)
    let isInline = builder.count < NodeLimits.signedInline
    let slices = (builder.count + NodeLimits.signaturesOfJob - 1) / NodeLimits.signaturesOfJob
    lastBatch += 1
    let batch = Signing(
      lastBatch, publication, builder, first: first, grants: grants, notes: notes,
      jobs: isInline ? 1 : slices
    )
    signing.append(batch)
    if isInline {
      let signatures = (0..<builder.count).map { position in
        builder.withHeader(at: position) { secrets.log.sign($0) }
      }
      return signed(SignedSlice(batch: batch.number, slice: 0, signatures: signatures))
    }
    for slice in 0..<slices { sign(slice, of: batch) }
  }

  /// Appends the grants that the audience needs, and the sealed records.
  /// - Returns: how many grants, and what the operator has to know of the audience.
  private func seal(_ publication: Publication, into builder: inout EntryBuilder)
    throws(ControlError) -> (grants: Int, notes: AudienceNotes)
  {
    let time = wallMilliseconds()
    if let entry = publication.publicEntry {
      builder.append(kind: entry.kind, time: time, body: entry.body(builder.nextIndex))
      return (0, AudienceNotes())
    }
    let sealer = Sealer(
      try ownBook(), secrets.sealing.publicKey, slotSecrets, keys: desk.keys(for: identity),
      time: time)
    if publication.closesOld {
      try closeOld(sealer, &builder)
      return (builder.count, AudienceNotes())
    }
    if let history = publication.history {
      // They are asked for once more: who was removed meanwhile gets nothing.
      _ = try publication.recipients()
      do throws(GrantError) {
        return (try sealer.append(history, to: &builder, using: &random), AudienceNotes())
      } catch {
        throw refusal(error)
      }
    }
    let (audience, notes) = try audience(for: publication, sealer, &builder)
    let grants = builder.count
    for record in publication.records {
      sealer.append(
        record, as: publication.suite, expiryDay: publication.expiryDay, sealedTo: audience,
        to: &builder, using: &random)
    }
    return (grants, notes)
  }

  /// True when an audience is open past its term; nil while the own grants are being read.
  var hasOldAudience: Bool? {
    guard let book = try? desk.ownBook(of: identity) else { return nil }
    return !book.pastTerm(at: wallMilliseconds()).isEmpty
  }

  private func ownBook() throws(ControlError) -> AudienceBook {
    do {
      // `work` read it to the end.
      guard let book = try desk.ownBook(of: identity) else { throw ControlError.busy }
      return book
    } catch let error as ControlError { throw error } catch {
      throw .refused(
        reason: "own grants cannot be read: \(error)", hint: "run 'liaison fsck'")
    }
  }

  /// The open audience of exactly these nodes, after the grants that it needs.
  private func audience(
    for publication: Publication, _ sealer: Sealer, _ builder: inout EntryBuilder
  ) throws(ControlError) -> (grantIndex: UInt64, notes: AudienceNotes) {
    let recipients = try publication.recipients()
    let plan: AudiencePlan
    do {
      plan = try sealer.plan(
        to: recipients.members, scope: recipients.scope, isNewVersion: recipients.isNewVersion)
    } catch {
      throw refusal(error)
    }
    // A record and its chunks have one grant. No grant is signed for what is refused.
    if let grant = publication.grant, plan.step != .reuse(grantIndex: grant) {
      throw .attachmentStale
    }
    var notes = AudienceNotes(leftOut: plan.leftOut, contested: recipients.contested)
    switch plan.step {
    case .reuse(let grantIndex):
      notes.grant = grantIndex
      return (grantIndex, notes)
    case .open(let draft):
      if draft.isOneMore, sealer.book.isFull { try closeOne(sealer, &builder) }
      notes.withoutPresharedKey = plan.withoutPresharedKey
      let grantIndex = try append(draft, sealer, &builder)
      notes.grant = grantIndex
      didOpen(notes)
      return (grantIndex, notes)
    }
  }

  /// Closes the least recently used audience, so that there is room for one more.
  private func closeOne(
    _ sealer: Sealer, _ builder: inout EntryBuilder
  ) throws(ControlError) {
    for grant in sealer.book.leastRecentlyUsed.prefix(NodeLimits.audiencesTriedToClose) {
      guard let metadata = desk.grant(grant, of: identity),
        let draft = sealer.book.closing(metadata, openedAt: grant)
      else { continue }
      _ = try append(draft, sealer, &builder)
      return
    }
    throw .refused(
      reason: "\(SealingLimits.openAudiences) audiences are open, and none can be closed: "
        + "own grants cannot be read", hint: "run 'liaison fsck'")
  }

  /// Closes the audiences past their term, used or not (SEAL-29).
  private func closeOld(_ sealer: Sealer, _ builder: inout EntryBuilder) throws(ControlError) {
    for grant in sealer.book.pastTerm(at: sealer.time) {
      guard let metadata = desk.grant(grant, of: identity),
        let draft = sealer.book.closing(metadata, openedAt: grant)
      else { continue }
      _ = try append(draft, sealer, &builder)
    }
    guard builder.count > 0 else {
      throw .refused(reason: "own grants cannot be read", hint: "run 'liaison fsck'")
    }
  }

  private func append(
    _ draft: GrantDraft, _ sealer: Sealer, _ builder: inout EntryBuilder
  ) throws(ControlError) -> UInt64 {
    do throws(GrantError) { return try sealer.append(draft, to: &builder, using: &random) } catch {
      throw refusal(error)
    }
  }

  private func refusal(_ error: GrantError) -> ControlError {
    switch error {
    case .tooManyMembers:
      .refused(
        reason: "more than \(SealingLimits.members) nodes in one audience",
        hint: "publish to them in two calls")
    case .unusableKey(let name):
      .refused(
        reason: "the sealing key of \(name) is of small order: what is sealed to it is sealed to "
          + "nobody", hint: "ask \(name) for another card")
    }
  }

  private func sign(_ slice: Int, of batch: Signing) {
    let builder = batch.builder
    let number = batch.number
    let secrets = secrets
    let start = slice * NodeLimits.signaturesOfJob
    let end = min(start + NodeLimits.signaturesOfJob, builder.count)
    let job: @Sendable () -> SignedSlice = {
      SignedSlice(
        batch: number, slice: slice,
        signatures: (start..<end).map { position in
          builder.withHeader(at: position) { secrets.log.sign($0) }
        })
    }
    // A full queue is no reason to lose a signature: the loop signs it.
    if !submit(job) { signed(job()) }
  }

  func signed(_ result: SignedSlice) {
    guard let batch = signing.first(where: { $0.number == result.batch }) else { return }
    batch.signatures[result.slice] = result.signatures
    batch.missing -= 1
    stageSigned()
  }

  /// Stages batches that have all their signatures, in order of index. They wait while a peer may
  /// hold another entry in their place.
  private func stageSigned() {
    while heldFor == nil, let batch = signing.first, batch.missing == 0 {
      signing.removeFirst()
      finish(batch)
    }
  }

  private func finish(_ batch: Signing) {
    let signatures = batch.signatures.sorted { $0.key < $1.key }.flatMap(\.value)
    guard let state = store.state(identity.id) else { return }
    stage(batch, batch.builder.finish(signatures: signatures), state)
  }

  /// Runs the entries through acceptance, as they will be stored, and gives them to the store.
  private func stage(_ batch: Signing, _ entries: EntryBatch, _ state: LogState) {
    let hashed = HashedBatch(entries)
    do {
      if entries.count < NodeLimits.signedInline {
        try store.append(try state.accept(hashed))
      } else {
        let tree = hashed.tree(extending: state)
        let checkpoint = checkpoint(size: tree.size, root: tree.root())
        try store.append(try state.accept(hashed, under: checkpoint, consistency: []))
        _ = try store.addCheckpoint(checkpoint)
      }
    } catch {
      // Nobody has seen these signatures: a batch that was not staged never leaves this process,
      // and neither does one that is chained behind it. The book may know a grant that does not
      // exist now.
      desk.forget(identity.id)
      let refused = [batch] + signing
      signing = []
      for batch in refused { batch.publication.reply(.failure(refusal(error))) }
      return
    }
    didStage(entries)
    let records = batch.first + UInt64(batch.grants)
    let run = EntryRun(
      origin: identity.origin.text, first: records, count: UInt64(batch.publication.entries))
    waiting.append(
      Waiting(
        publication: batch.publication, end: entries.end, run: run, notes: batch.notes,
        deadline: steadyMilliseconds() + NodeLimits.replicasMilliseconds))
  }

  private func refusal(_ error: any Error) -> ControlError {
    switch error as? StoreError {
    case .full: .diskFull
    case .failed(let disk): .diskFailed(reason: "\(disk)")
    case .busy: .busy
    case .logFull:
      .refused(reason: "the own log reached its limit", hint: "see Protocols/store.md, limits")
    default: .refused(reason: "the entries were not stored: \(error)", hint: "see liaisond's log")
    }
  }

  func checkpoint(size: UInt64, root: Digest) -> VerifiedCheckpoint {
    let secrets = secrets
    return Checkpoint.make(identity: identity, size: size, root: root) { secrets.log.sign($0) }
  }

  /// Answers whom it can: those whose entries are durable and held by as many peers as they asked
  /// for, and those who waited for peers long enough.
  /// - Parameter holders: peers that announced at least so many own entries.
  func answer(durable: UInt64, now: UInt64, holders: (UInt64) -> Int) {
    var stillWaiting: [Waiting] = []
    for next in waiting {
      let wanted = next.publication.replicas
      guard next.end <= durable else {
        stillWaiting.append(next)
        continue
      }
      let stored = wanted == 0 ? 0 : holders(next.end)
      if stored >= wanted {
        next.publication.reply(.success(next.notes.reply([next.run])))
      } else if now >= next.deadline {
        next.publication.reply(
          .failure(.notReplicated(entries: [next.run], stored: stored, wanted: wanted)))
      } else {
        stillWaiting.append(next)
      }
    }
    waiting = stillWaiting
  }

  /// The disk failed: whether what waits is durable will be known after a restart only.
  func fail(_ reason: String) {
    let all = waiting.map(\.publication) + queue
    waiting = []
    queue = []
    queueBytes = 0
    for publication in all { publication.reply(.failure(.diskFailed(reason: reason))) }
  }

  var waitsForReplicas: Bool { !waiting.isEmpty }
}

private struct Waiting {
  let publication: Publication
  let end: UInt64
  let run: EntryRun
  let notes: AudienceNotes
  /// When it is answered with what there is, by the steady clock.
  let deadline: UInt64
}
