internal import HubInterface
internal import Runtime
internal import SQL

/// Threads that screen parts of lists: the loop answers looks meanwhile.
final class ScreeningPool {
  /// A part of a list.
  struct Work: Sendable {
    var passengers: [ScreenPassenger]
    var look: CheckedLook
    var index: SharedIndex
    var key: AlertKey
    var namesAlone: Bool
  }

  /// The share of a part that one thread did.
  struct Done: Sendable {
    var job: Int
    var place: Int
    var result: Result<ScreenedPart, HubError>
  }

  private struct Job {
    var parts: [ScreenedPart?]
    var failure: HubError?
    var left: Int
    let answer: (Result<ScreenedPart, HubError>) -> Void
  }

  private let pool: WorkerPool<Done>
  private var jobs: [Int: Job] = [:]
  private var nextJob = 1

  init(_ loop: EventLoop) throws(SystemError) {
    weak var taker: ScreeningPool?
    let results = loop.makeMailbox(of: Done.self) { taker?.take($0) }
    pool = try WorkerPool(
      name: "screen", threads: HubLimits.screeners, queueLimit: HubLimits.screeningJobs,
      results: results)
    taker = self
  }

  /// - Parameter facts: their place.
  func run(
    _ work: Work, _ facts: SQLPlace, _ answer: @escaping (Result<ScreenedPart, HubError>) -> Void
  ) {
    let slices = ScreeningPool.slices(work.passengers)
    guard !slices.isEmpty else { return answer(.success(ScreenedPart())) }
    let job = nextJob
    nextJob += 1
    jobs[job] = Job(
      parts: Array(repeating: nil, count: slices.count), left: slices.count, answer: answer)
    for (place, slice) in slices.enumerated() {
      let isTaken = pool.submit {
        Done(job: job, place: place, result: ScreeningPool.screen(slice, work, facts))
      }
      if !isTaken { take(Done(job: job, place: place, result: .failure(.busy))) }
    }
  }

  /// One for each thread, but a few passengers are not worth two.
  private static func slices(_ passengers: [ScreenPassenger]) -> [[ScreenPassenger]] {
    let count = max(1, min(HubLimits.screeners, passengers.count / HubLimits.passengersOfThread))
    let size = (passengers.count + count - 1) / max(1, count)
    return stride(from: 0, to: passengers.count, by: max(1, size)).map {
      Array(passengers[$0..<min($0 + size, passengers.count)])
    }
  }

  static func screen(
    _ passengers: [ScreenPassenger], _ work: Work, _ place: SQLPlace
  ) -> Result<ScreenedPart, HubError> {
    do throws(SQLError) {
      let facts = try Facts(place, cacheKibibytes: HubLimits.alertCacheKibibytes)
      for attempt in 1...HubLimits.screeningAttempts {
        var screening = PassengerScreening(
          facts: facts, index: work.index.snapshot, look: work.look, key: work.key,
          namesAlone: work.namesAlone)
        try screening.run(passengers)
        // Somebody was corrected between the index and the facts: both are taken anew.
        guard screening.isStale, attempt < HubLimits.screeningAttempts else {
          return .success(screening.part)
        }
        StopFlag.rest(milliseconds: 5)
      }
      return .failure(.busy)
    } catch {
      return .failure(.diskFailed(reason: "the records could not be read: \(error)"))
    }
  }

  private func take(_ done: Done) {
    guard var job = jobs[done.job] else { return }
    job.left -= 1
    switch done.result {
    case .success(let part): job.parts[done.place] = part
    case .failure(let error): job.failure = error
    }
    jobs[done.job] = job.left == 0 ? nil : job
    guard job.left == 0 else { return }
    if let failure = job.failure { return job.answer(.failure(failure)) }
    job.answer(.success(job.parts.compactMap { $0 }.joined()))
  }

  func stop() { pool.stop() }
}

extension [ScreenedPart] {
  fileprivate func joined() -> ScreenedPart {
    reduce(into: ScreenedPart()) { whole, part in
      whole.passengers += part.passengers
      whole.hidden.formUnion(part.hidden)
      whole.hiddenFrom.formUnion(part.hiddenFrom)
    }
  }
}
