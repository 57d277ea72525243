internal import CLinux
internal import Glibc

/// A value that several threads share, behind a pthread mutex and condition. (Not
/// `Synchronization.Mutex`: its slow path is invisible to the thread sanitiser, and it has no
/// condition.)
// Sendable: the value is only reached with the mutex held, and the two pointers never change.
@safe public final class Monitor<Value>: @unchecked Sendable {
  private var value: Value
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  /// Takes the value over: nobody else may hold what it refers to.
  public init(_ value: sending Value) {
    self.value = value
    unsafe mutex = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe condition.initialize(to: pthread_cond_t())
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// One thread at a time. Nothing that waits belongs inside.
  public func withLock<Result, Failure>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try body(&value)
  }

  /// Waits until `body` gives something; it is asked again after each `signal`.
  public func wait<Result>(_ body: (inout Value) -> Result?) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&value) { return result }
      unsafe pthread_cond_wait(condition, mutex)
    }
  }

  /// Every thread in `wait` asks again; called after the value was changed.
  public func signalAll() {
    unsafe pthread_cond_broadcast(condition)
  }

  /// One of the threads in `wait` asks again, where one is enough.
  func signalOne() {
    unsafe pthread_cond_signal(condition)
  }
}

/// A thread with every signal blocked, joined or detached once.
public final class SystemThread {
  private let handle: pthread_t
  private var joined = false

  private final class Body {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }

  /// `name` is shown by the kernel, cut to 15 bytes.
  public init(name: String, _ run: @escaping @Sendable () -> Void) throws(SystemError) {
    let body = unsafe Unmanaged.passRetained(Body(name: name, run: run))
    var handle = pthread_t()
    let result = unsafe liaison_thread_start(
      &handle,
      { context in
        let body = unsafe Unmanaged<Body>.fromOpaque(context!).takeRetainedValue()
        unsafe liaison_thread_name(body.name)
        body.run()
        return nil
      }, body.toOpaque())
    if result < 0 { unsafe body.release() }
    try check(result, "pthread_create", name)
    self.handle = handle
  }

  /// It ends when it ends; nobody waits for it.
  public func detach() {
    guard !joined else { return }
    joined = true
    pthread_detach(handle)
  }

  /// Waits until the thread has ended; at once when it was joined or detached already.
  public func join() {
    guard !joined else { return }
    joined = true
    pthread_join(handle, nil)
  }
}
