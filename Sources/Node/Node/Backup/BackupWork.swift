import Log
import Runtime
import Store

/// One backup at a time, on a thread of its own.
final class BackupWork {
  private let loop: EventLoop
  private let folder: NodeFolder
  private let store: Store
  private let logger: Logger
  private var pool: WorkerPool<Result<CopySummary, IdentityError>>?
  /// Answers the client whose backup is under way.
  private var reply: ((Result<CopySummary, ControlError>) -> Void)?
  private let flag = StopFlag()
  private var isStopped = false

  init(_ loop: EventLoop, _ folder: NodeFolder, _ store: Store, _ logger: Logger) {
    self.loop = loop
    self.folder = folder
    self.store = store
    self.logger = logger
  }

  func make(
    _ request: BackupRequest, reply: @escaping (Result<CopySummary, ControlError>) -> Void
  ) {
    do throws(ControlError) {
      guard request.folder.hasPrefix("/") else {
        throw .refused(reason: "the folder is \"\(request.folder)\"", hint: "give a whole path")
      }
      guard self.reply == nil else {
        throw .refused(reason: "a backup is being made already", hint: "wait until it is done")
      }
      let pool = try makePool()
      self.reply = reply
      var acknowledged: [LogID: UInt64] = [:]
      for log in store.logs { acknowledged[log.id] = store.durableHead(log.id)?.size ?? 0 }
      begin(
        request.folder, acknowledged, in: pool,
        until: loop.now + NodeLimits.backupWaitsMilliseconds)
    } catch {
      reply(.failure(error))
    }
  }

  /// Entries that were acknowledged when the copy was asked for are in it: it waits a moment until
  /// the log files have them.
  private func begin(
    _ target: String, _ acknowledged: [LogID: UInt64],
    in pool: WorkerPool<Result<CopySummary, IdentityError>>, until deadline: UInt64
  ) {
    guard !isStopped else { return }
    let snapshot = store.snapshot()
    let behind = snapshot.logs.filter {
      snapshot.head($0.id)?.size ?? 0 < acknowledged[$0.id] ?? 0
    }
    guard behind.isEmpty || loop.now >= deadline else {
      loop.schedule(afterMilliseconds: NodeLimits.backupLooksEveryMilliseconds) { [weak self] in
        self?.begin(target, acknowledged, in: pool, until: deadline)
      }
      return
    }
    logger.notice("backup to \(target): begun, \(snapshot.entries) entries")
    let missing = behind.map { "\($0.origin): the newest entries are in the journal only" }
    let (folder, flag) = (folder, flag)
    let isTaken = pool.submit {
      do throws(IdentityError) {
        var summary = try Backup.run(folder, snapshot, to: target, until: flag)
        summary.problems += missing
        summary.problemCount += missing.count
        return .success(summary)
      } catch {
        return .failure(error)
      }
    }
    if !isTaken { ended(.failure(IdentityError(.refused, "it is stopping", hint: ""))) }
  }

  private func makePool() throws(ControlError)
    -> WorkerPool<Result<CopySummary, IdentityError>>
  {
    if let pool { return pool }
    do {
      let results = loop.makeMailbox(of: Result<CopySummary, IdentityError>.self) {
        [weak self] in self?.ended($0)
      }
      let pool = try WorkerPool<Result<CopySummary, IdentityError>>(
        name: "liaison-backup", threads: 1, queueLimit: 1, results: results,
        waitsForThreads: false)
      self.pool = pool
      return pool
    } catch {
      throw .refused(reason: "no thread for the backup: \(error)", hint: "try again")
    }
  }

  private func ended(_ result: Result<CopySummary, IdentityError>) {
    let reply = reply
    self.reply = nil
    switch result {
    case .success(let summary):
      let entries = summary.logs.reduce(0) { $0 + $1.size }
      logger.notice(
        "backup: done, \(summary.logs.count) logs, \(entries) entries, \(summary.problemCount) problems"
      )
      reply?(.success(summary))
    case .failure(let error):
      logger.warning("backup: \(error.reason)")
      reply?(.failure(.refused(reason: error.reason, hint: error.hint)))
    }
  }

  /// A copy that is under way is broken off: it stays without its card, and so is none.
  func stop() {
    isStopped = true
    flag.stop()
    pool?.stop()
  }
}
