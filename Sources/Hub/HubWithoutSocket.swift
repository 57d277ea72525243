internal import Crypto
internal import HubInterface
internal import Matching
internal import Log
internal import Runtime
internal import SQL

/// A hub without its socket and its daemon, for benchmarks, fuzzing and tests: told entries, asked calls.
package final class HubWithoutSocket {
  private let facts: FactsThread
  private let writerThread: SystemThread
  private let changes = Monitor([IndexChange]())
  private let service: HubService
  private let index: NameIndex
  private var output: [UInt8] = []
  private lazy var session: HubSession = {
    let session = HubSession(user: "nobody") { [service] in service.answer($0) }
    session.send = { [unowned self] in output += $0 }
    return session
  }()

  /// - Parameters:
  ///   - folder: of the facts; what is there is gone on with.
  ///   - consultations: another folder for the log of looks, so that its fsync can be measured apart.
  package init(folder: String, consultations: String? = nil) throws {
    let folder = HubFolder(folder)
    try FileSystem.makeFolder(folder.root)
    _ = try FactsFile.open(folder.facts, HubHost.versions)
    let reading = try Facts(folder.facts)
    index = try reading.loadIndex()
    facts = FactsThread(folder.facts) { [changes] event in
      if case .changed(let change) = event { changes.withLock { $0.append(change) } }
    }
    writerThread = try SystemThread(name: "facts") { [facts] in facts.run() }
    service = HubService(
      facts: reading, index: index, desk: try Desk(folder.desk), users: Users(),
      clock: SystemClock())
    service.recorder = LookRecorder(
      try ConsultationLog(folder: consultations ?? folder.consultations, epoch: 1),
      clock: SystemClock())
    service.progress.link = .following
    service.progress.wasToldAll = true
  }

  package var indexBytes: Int { index.bytes }
  package var indexed: Int { index.count }

  deinit {
    facts.close()
    writerThread.join()
  }

  /// Records of one log, from `first` on. They are written on another thread: `settle` waits for it.
  /// - Parameter origin: `nl/1`.
  package func tell(_ origin: String, first: UInt64, _ records: [[UInt8]]) throws {
    let origin = try Origin(origin)
    let log = LogNames.id(of: origin)
    let changes = records.enumerated().map { place, record in
      EntryChange(
        log: log, origin: origin, index: first + UInt64(place), count: 1,
        readable: ReadableEntry(time: 0, expiryDay: 0, state: [], record: record))
    }
    let page = FeedPage(
      changes: changes, cursor: FeedCursor(journal: "one", number: 1, next: [log: first]),
      isComplete: true)
    try facts.put(.page(PreparedPage(page)))
    takeChanges()
  }

  /// All that was told is durable, and in the index.
  package func settle() throws {
    try facts.settle()
    takeChanges()
  }

  private func takeChanges() {
    let taken = changes.withLock { changes in
      defer { changes = [] }
      return changes
    }
    for change in taken { index.apply(change) }
  }

  /// Entries of one log are readable no more, in one message.
  package func forget(_ origin: String, first: UInt64, count: UInt64) throws {
    let origin = try Origin(origin)
    let log = LogNames.id(of: origin)
    let gone = EntryChange(log: log, origin: origin, index: first, count: count, readable: nil)
    let page = FeedPage(
      changes: [gone], cursor: FeedCursor(journal: "one", number: 1, next: [:]), isComplete: true)
    try facts.put(.page(PreparedPage(page)))
    takeChanges()
  }

  /// - Parameter call: with its NUL.
  /// - Returns: the answers, each with its NUL.
  package func ask(_ call: [UInt8]) -> [UInt8] {
    output = []
    session.receive(call.span)
    service.recorder?.commit()
    return output
  }
}

/// An id for a log that nobody signed.
enum LogNames {
  static func id(of origin: Origin) -> LogID { LogID(SHA256.hash(Array(origin.text.utf8)).bytes) }
}
