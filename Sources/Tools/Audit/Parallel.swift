internal import Glibc

/// Work on all cores whose results are consumed in order, in bounded memory.
enum Parallel {
  /// Calls `work` for 0..<count on `threads` threads, and `consume` with the results in ascending
  /// order on the calling thread. At most `threads * AuditLimits.chunksWaiting` results wait.
  /// - Parameter consume: returns false to stop early; running pieces are waited for.
  static func inOrder<Result: Sendable>(
    count: Int, threads: Int, work: @escaping @Sendable (Int) -> Result,
    consume: (Result) -> Bool
  ) {
    guard count > 0 else { return }
    let threads = max(1, min(threads, count))
    let queue = Queue(count: count, window: threads * AuditLimits.chunksWaiting, work: work)
    var handles: [pthread_t] = []
    for _ in 0..<threads {
      var handle = pthread_t()
      let context = unsafe Unmanaged.passRetained(Entry { queue.run() })
      let failed = unsafe pthread_create(
        &handle, nil,
        { context in
          unsafe Unmanaged<Entry>.fromOpaque(context!).takeRetainedValue().body()
          return nil
        }, context.toOpaque())
      if failed == 0 {
        handles.append(handle)
      } else {
        unsafe context.release()
        break
      }
    }
    if handles.isEmpty {
      for piece in 0..<count where !consume(work(piece)) { return }
      return
    }
    while let result = queue.next() {
      if !consume(result) { break }
    }
    queue.stop()
    for handle in handles { pthread_join(handle, nil) }
  }

  static var processors: Int {
    max(1, min(AuditLimits.threads, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }

  private final class Entry: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

/// Pieces handed out and results handed back, under one lock.
// Sendable: every property but `work` is read and written only under `monitor`.
private final class Queue<Result: Sendable>: @unchecked Sendable {
  private let monitor = Monitor()
  private let count: Int
  private let window: Int
  private let work: @Sendable (Int) -> Result
  private var started = 0
  private var consumed = 0
  private var isStopped = false
  private var results: [Int: Result] = [:]

  init(count: Int, window: Int, work: @escaping @Sendable (Int) -> Result) {
    self.count = count
    self.window = window
    self.work = work
  }

  /// One thread's loop.
  func run() {
    while let piece = take() {
      let result = work(piece)
      monitor.locked {
        results[piece] = result
        monitor.wakeAll()
      }
    }
  }

  /// The next result in order; nil after the last.
  func next() -> Result? {
    monitor.locked {
      guard consumed < count else { return nil }
      while results[consumed] == nil { monitor.wait() }
      let result = results.removeValue(forKey: consumed)
      consumed += 1
      monitor.wakeAll()
      return result
    }
  }

  func stop() {
    monitor.locked {
      isStopped = true
      monitor.wakeAll()
    }
  }

  private func take() -> Int? {
    monitor.locked {
      while !isStopped, started < count, started >= consumed + window {
        monitor.wait()
      }
      guard !isStopped, started < count else { return nil }
      started += 1
      return started - 1
    }
  }
}

/// A mutex and its condition.
// Sendable and safe: the two pointers are set once, owned here, and used by pthread calls only.
@safe private final class Monitor: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(changed, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(changed)
    unsafe pthread_mutex_destroy(mutex)
    unsafe changed.deallocate()
    unsafe mutex.deallocate()
  }

  func locked<R>(_ body: () -> R) -> R {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Inside `locked` only.
  func wait() { unsafe pthread_cond_wait(changed, mutex) }

  /// Inside `locked` only.
  func wakeAll() { unsafe pthread_cond_broadcast(changed) }
}
