internal import CSodium
internal import Crypto
internal import Synchronization

/// Secret bytes in libsodium's guarded memory: between inaccessible pages, locked against swapping
/// where the system allows it, left out of core dumps, read-only once filled, and wiped when the
/// value ends. It has no textual description and cannot be copied.
///
/// One value takes whole pages and a few system calls (about 10 µs). Keys made for one message are
/// wiped stack memory instead (`withWipedBytes`), and many audience keys share pages (`KeyRing`).
// Sendable: after `init` the memory is read-only, enforced by the MMU, and freed by its one owner.
@safe
public struct GuardedBytes: ~Copyable, @unchecked Sendable {
  private let base: UnsafeMutablePointer<UInt8>
  /// Bytes, without the pages around them.
  public let count: Int

  /// Allocates `count` zero bytes, lets `filling` write them, then makes them read-only.
  ///
  /// Running out of (lockable) address space ends the process: no secret can be held without it.
  public init<E: Error>(
    count: Int, filling: (inout MutableSpan<UInt8>) throws(E) -> Void
  ) throws(E) {
    Sodium.ready()
    guard let memory = unsafe sodium_malloc(max(count, 1)) else {
      fatalError("no guarded memory left")
    }
    unsafe base = memory.assumingMemoryBound(to: UInt8.self)
    self.count = count
    // libsodium has locked it already, and would not say if that failed.
    if unsafe sodium_mlock(memory, max(count, 1)) != 0 {
      SecretMemory.unlocked.wrappingAdd(1, ordering: .relaxed)
    }
    unsafe sodium_memzero(memory, count)
    // The deinit frees the memory if `filling` throws.
    let buffer = unsafe UnsafeMutableBufferPointer(start: base, count: count)
    var span = unsafe MutableSpan(_unsafeElements: buffer)
    try filling(&span)
    unsafe sodium_mprotect_readonly(memory)
  }

  /// A guarded copy of `bytes`.
  public init(copying bytes: Span<UInt8>) {
    self.init(count: bytes.count) { target in
      for index in bytes.indices { target[index] = bytes[index] }
    }
  }

  deinit { unsafe sodium_free(base) }

  /// Lends the bytes for the time of the call.
  public func withBytes<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    let buffer = unsafe UnsafeBufferPointer(start: base, count: count)
    let span = unsafe Span(_unsafeElements: buffer)
    return try body(span)
  }

  /// Makes the bytes writable for the time of the call.
  mutating func rewrite(_ body: (inout MutableSpan<UInt8>) -> Void) {
    unsafe sodium_mprotect_readwrite(base)
    let buffer = unsafe UnsafeMutableBufferPointer(start: base, count: count)
    var span = unsafe MutableSpan(_unsafeElements: buffer)
    body(&span)
    unsafe sodium_mprotect_readonly(base)
  }

  /// Compares in constant time (for one length).
  public func isEqual(to other: Span<UInt8>) -> Bool {
    guard other.count == count else { return false }
    return unsafe other.withUnsafeBufferPointer { other in
      guard let otherBase = other.baseAddress else { return true }
      return unsafe sodium_memcmp(base, otherBase, count) == 0
    }
  }

  /// The first `count` bytes, without the rest: for a buffer that was filled only in part.
  public func prefix(_ count: Int) -> GuardedBytes {
    withBytes { GuardedBytes(copying: $0.extracting(0..<count)) }
  }
}

/// Protection that the system refused to the process's secrets.
public enum SecretMemory {
  fileprivate static let unlocked = Atomic<Int>(0)

  /// Blocks of secrets that could not be locked against swapping: the limit of locked memory
  /// (RLIMIT_MEMLOCK) is too low.
  static var unlockedBlocks: Int { unlocked.load(ordering: .relaxed) }

  /// Completes "liaison: ", and nil when all is locked.
  public static var warning: String? {
    unlockedBlocks == 0
      ? nil
      : "secret keys may be written to swap: the limit of locked memory is too low; raise it "
        + "(LimitMEMLOCK= of the unit, ulimit -l), or switch swap off"
  }
}

/// Lends `count` zero bytes of stack for keys that live as long as one call, and wipes them after
/// it.
public func withWipedBytes<R: ~Copyable, E: Error>(
  count: Int, _ body: (inout MutableSpan<UInt8>) throws(E) -> R
) throws(E) -> R {
  // Large enough for every key schedule here; a fixed array does not move while it is lent.
  precondition(count <= 256)
  var storage = InlineArray<256, UInt8>(repeating: 0)
  var whole = storage.mutableSpan
  defer {
    unsafe whole.withUnsafeMutableBufferPointer { unsafe sodium_memzero($0.baseAddress!, 256) }
  }
  return try unsafe whole.withUnsafeMutableBufferPointer { buffer throws(E) in
    let part = unsafe UnsafeMutableBufferPointer(rebasing: buffer[..<count])
    var span = unsafe MutableSpan(_unsafeElements: part)
    return try body(&span)
  }
}
