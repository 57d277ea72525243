import Log
import Runtime
import Store

/// One backup at a time, on a thread of its own.
struct BackupWork {
  var pool: WorkerPool<Result<CopySummary, IdentityError>>?
  /// Answers the client whose backup is under way.
  var reply: ((Result<CopySummary, ControlError>) -> Void)?
  let flag = StopFlag()
}

extension Node {
  func backup(
    _ request: BackupRequest, reply: @escaping (Result<CopySummary, ControlError>) -> Void
  ) {
    do throws(ControlError) {
      guard request.folder.hasPrefix("/") else {
        throw .refused(reason: "the folder is \"\(request.folder)\"", hint: "give a whole path")
      }
      guard backups.reply == nil else {
        throw .refused(reason: "a backup is being made already", hint: "wait until it is done")
      }
      let pool = try backupPool()
      let (folder, flag, snapshot) = (folder, backups.flag, store.snapshot())
      let isTaken = pool.submit {
        do throws(IdentityError) {
          return .success(
            try Backup.run(folder, snapshot, to: request.folder, until: flag))
        } catch {
          return .failure(error)
        }
      }
      guard isTaken else { throw .busy }
      backups.reply = reply
      journal.notice("backup to \(request.folder): begun, \(snapshot.entries) entries")
    } catch {
      reply(.failure(error))
    }
  }

  private func backupPool() throws(ControlError)
    -> WorkerPool<Result<CopySummary, IdentityError>>
  {
    if let pool = backups.pool { return pool }
    do {
      let results = loop.makeMailbox(of: Result<CopySummary, IdentityError>.self) {
        [weak self] in self?.backupEnded($0)
      }
      let pool = try WorkerPool<Result<CopySummary, IdentityError>>(
        name: "liaison-backup", threads: 1, queueLimit: 1, results: results,
        waitsForThreads: false)
      backups.pool = pool
      return pool
    } catch {
      throw .refused(reason: "no thread for the backup: \(error)", hint: "try again")
    }
  }

  private func backupEnded(_ result: Result<CopySummary, IdentityError>) {
    let reply = backups.reply
    backups.reply = nil
    switch result {
    case .success(let summary):
      let entries = summary.logs.reduce(0) { $0 + $1.size }
      journal.notice(
        "backup: done, \(summary.logs.count) logs, \(entries) entries, \(summary.problemCount) problems"
      )
      reply?(.success(summary))
    case .failure(let error):
      journal.warning("backup: \(error.reason)")
      reply?(.failure(.refused(reason: error.reason, hint: error.hint)))
    }
  }

  /// A copy that is under way is broken off: it stays without its card, and so is none.
  func stopBackup() {
    backups.flag.stop()
    backups.pool?.stop()
  }
}
