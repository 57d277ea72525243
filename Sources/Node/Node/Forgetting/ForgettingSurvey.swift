import Groups
import JSON
import Log
import Sealing
import Store

/// The loss if some sealing secrets were destroyed, and why they may not be yet.
public struct ForgettingSurvey: Sendable {
  /// A grant to one of them that is not closed: what its author seals next could not be read.
  public struct OpenGrant: Hashable, Sendable {
    /// `be/1/17`
    public let entry: String
    /// Unix ms, by its author's claim.
    public let time: UInt64
  }

  /// Records, and chunks of attachments, of one log that nothing here would open any more.
  public struct Loss: Hashable, Sendable {
    /// `be/1`
    public let origin: String
    public var records = 0
    public var chunks = 0
  }

  /// In the order of the logs.
  public internal(set) var openGrants: [OpenGrant] = []
  /// Groups whose newest version would be read here no more: nothing could be sealed to them until
  /// their conveners publish the next one.
  public internal(set) var groups: [String] = []
  /// Logs that lose something.
  public internal(set) var losses: [Loss] = []
  var forgotten = ForgottenRecords()

  public var records: Int { losses.reduce(0) { $0 + $1.records } }
}

/// Reads all entries of a store with two sets of keys, those that are here and those that would be
/// left.
struct ForgettingReader {
  private let store: Store
  private let now: Desk
  private let later: Desk
  private(set) var survey = ForgettingSurvey()
  private(set) var read: UInt64 = 0
  private var groupsNow = Groups()
  private var groupsLater = Groups()

  /// - Parameters:
  ///   - now: with all keys.
  ///   - later: with those that are left.
  init(_ store: Store, now: Desk, later: Desk) {
    self.store = store
    self.now = now
    self.later = later
  }

  /// - Parameter progress: called with how many entries were read, and of how many.
  mutating func run(_ progress: (UInt64, UInt64) -> Void) throws(StoreError) {
    let logs = store.logs.sorted { ($0.origin.text, $0.id) < ($1.origin.text, $1.id) }
    let total = logs.reduce(0) { $0 + size($1) }
    for log in logs {
      try read(log) { progress($0, total) }
      noteOpenGrants(of: log)
      try readGroups(of: log)
    }
    survey.groups = groupsNow.names.filter {
      groupsNow.newest(of: $0)?.version != groupsLater.newest(of: $0)?.version
    }.map(\.text)
  }

  private func size(_ log: LogIdentity) -> UInt64 { store.durableHead(log.id)?.size ?? 0 }

  private mutating func read(
    _ log: LogIdentity, _ progress: (UInt64) -> Void
  ) throws(StoreError) {
    var loss = ForgettingSurvey.Loss(origin: log.origin.text)
    var next: UInt64 = 0
    while next < size(log) {
      let batch: EntryBatch
      do throws(StoreError) {
        batch = try store.read(
          log.id, next..<min(size(log), next + UInt64(NodeLimits.entriesAtOnce)),
          maxBytes: NodeLimits.pageReadBytes)
      } catch {
        // A damaged entry is mended some day; its key would be missing then.
        guard case .damaged = error else { throw error }
        survey.forgotten.insert(next, of: log.id)
        next += 1
        continue
      }
      for desk in [now, later] { try feed(desk, log, to: batch.end) }
      for position in 0..<batch.count { note(batch, position, of: log, &loss) }
      next = batch.end
      read += UInt64(batch.count)
      progress(read)
    }
    if loss.records + loss.chunks > 0 { survey.losses.append(loss) }
  }

  private func feed(_ desk: Desk, _ log: LogIdentity, to end: UInt64) throws(StoreError) {
    while true {
      var budget = desk.newBudget()
      do throws(StoreError) {
        if try desk.advance(desk.log(log).feed, to: end, &budget) { return }
      } catch {
        // Above a grant that is damaged nothing is read, with any key.
        guard case .damaged = error else { throw error }
        return
      }
    }
  }

  private mutating func note(
    _ batch: EntryBatch, _ position: Int, of log: LogIdentity, _ loss: inout ForgettingSurvey.Loss
  ) {
    let header = batch.header(at: position)
    guard header.knownKind == .record else { return }
    let data = header.associatedData()
    func hasKey(_ desk: Desk) -> Bool {
      desk.log(log).feed.book.hasKey(index: header.index, associatedData: data.span)
    }
    guard hasKey(now), !hasKey(later) else { return }
    survey.forgotten.insert(header.index, of: log.id)
    guard batch.bodyState(at: position) == .present else { return }
    if header.isChunk { loss.chunks += 1 } else { loss.records += 1 }
  }

  /// A version of a group stands directly behind the grant of its audience.
  private mutating func readGroups(of log: LogIdentity) throws(StoreError) {
    let places = now.log(log).feed.book.groupGrants(of: log.origin.name).map { $0.grant + 1 }
    for index in places where index < size(log) {
      guard let bytes = try opened(index, of: log), let record = try? Record(checking: bytes) else {
        continue
      }
      let place = (epoch: log.origin.epoch, index: index)
      groupsNow.read(record, by: log.origin.name, at: place)
      guard !survey.forgotten.contains(index, of: log.id) else { continue }
      groupsLater.read(record, by: log.origin.name, at: place)
    }
  }

  private func opened(_ index: UInt64, of log: LogIdentity) throws(StoreError) -> [UInt8]? {
    let batch: EntryBatch
    do throws(StoreError) {
      batch = try store.read(
        log.id, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2)
    } catch {
      guard case .damaged = error else { throw error }
      return nil
    }
    guard batch.bodyState(at: 0) == .present, batch.header(at: 0).knownKind == .record else {
      return nil
    }
    while true {
      var budget = now.newBudget()
      guard let opening = try now.open(batch, 0, of: log, &budget) else { continue }
      guard case .opened(let record, _) = opening else { return nil }
      return record
    }
  }

  /// A log that has an end, or that its node left for another, brings nothing more.
  private mutating func noteOpenGrants(of log: LogIdentity) {
    let isOver =
      store.state(log.id)?.frozenAt != nil
      || store.logs.contains {
        $0.origin.name == log.origin.name && $0.origin.epoch > log.origin.epoch
      }
    guard !isOver else { return }
    let left = Set(later.log(log).feed.book.audiences.map(\.grantIndex))
    for audience in now.log(log).feed.book.audiences
    where audience.closedAt == nil && !left.contains(audience.grantIndex) {
      survey.openGrants.append(
        ForgettingSurvey.OpenGrant(
          entry: "\(log.origin.text)/\(audience.grantIndex)", time: audience.openedAt))
    }
  }
}
