internal import HubInterface
internal import Log
internal import Runtime

/// Answers leave when their looks are durable: all of one round of the loop wait for one fsync.
final class LookRecorder {
  private let log: ConsultationLog
  private let clock: SystemClock
  private var waiting: [(index: UInt64, answer: (Result<UInt64, HubError>) -> Void)] = []
  /// Nothing is answered any more: a disk error left the log in a state that nobody knows.
  private(set) var failure: HubError?

  init(_ log: ConsultationLog, clock: SystemClock) {
    self.log = log
    self.clock = clock
  }

  var size: UInt64 { log.size }

  /// - Parameter answer: called at the end of the round, with the look's index or why it could not
  ///   be recorded.
  func record(
    _ text: ConsultationText, _ answer: @escaping (Result<UInt64, HubError>) -> Void
  ) {
    if let failure { return answer(.failure(failure)) }
    do {
      let index = try log.append(text.body, time: clock.wallMilliseconds)
      waiting.append((index, answer))
    } catch {
      answer(.failure(fail(error)))
    }
  }

  /// Commits at the end of each round, and answers the looks that waited for it.
  func commit() {
    guard !waiting.isEmpty else { return }
    let answers = waiting
    waiting = []
    do {
      try log.commit()
      for (index, answer) in answers { answer(.success(index)) }
    } catch {
      let failure = fail(error)
      for (_, answer) in answers { answer(.failure(failure)) }
    }
  }

  /// Makes a signed checkpoint over the recorded looks from time to time, and log files for the
  /// journal's part.
  func checkpoint() {
    guard failure == nil, !log.isFull else { return }
    do {
      try log.checkpoint()
      try log.settle()
    } catch {
      _ = fail(error)
    }
  }

  var logID: LogID { log.id }

  /// A checkpoint over all that was recorded; nil while that cannot be had.
  func wholeCheckpoint() -> VerifiedCheckpoint? {
    checkpoint()
    return failure == nil ? log.newestCheckpoint : nil
  }

  func copy(to folder: String) throws -> [String] {
    if let failure { throw failure }
    return try log.copy(to: folder)
  }

  func close() { if failure == nil { try? log.close() } }

  func read(below: UInt64, limit: Int) throws -> [Consultation] {
    try log.read(below: below, limit: limit).compactMap {
      ConsultationText.consultation(index: $0.index, time: $0.time, body: $0.body)
    }
  }

  private func fail(_ error: any Error) -> HubError {
    let made =
      error as? HubError
      ?? .diskFailed(reason: "a look could not be recorded in the consultation log: \(error)")
    // A full disk passes; what another error left on the disk nobody knows.
    if !log.isFull { failure = made }
    return made
  }
}
