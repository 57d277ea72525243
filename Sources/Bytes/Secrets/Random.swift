internal import CSodium
internal import Crypto

/// Where randomness comes from: an argument, so that the pure modules and the simulator decide.
public protocol RandomSource {
  /// Fills all of `bytes`.
  mutating func fill(_ bytes: inout MutableSpan<UInt8>)
}

extension RandomSource {
  /// The same for an array, which is not wiped: no keys.
  public mutating func fill(_ bytes: inout [UInt8]) {
    var span = bytes.mutableSpan
    fill(&span)
  }

  /// Fresh bytes in ordinary memory: salts, nonces, padding. Keys come from `guarded`.
  public mutating func bytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    fill(&bytes)
    return bytes
  }

  /// Eight fresh bytes, big-endian, so that a seed gives one number on every machine.
  public mutating func u64() -> UInt64 {
    bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// `count` random bytes that never leave guarded memory.
  public mutating func guarded(_ count: Int) -> GuardedBytes {
    GuardedBytes(count: count) { fill(&$0) }
  }
}

/// The operating system's generator, through libsodium.
public struct SystemRandom: RandomSource, Sendable {
  /// Holds no state: libsodium does, for the process.
  public init() {}

  /// Never fails and never waits once the system has started.
  public mutating func fill(_ bytes: inout MutableSpan<UInt8>) {
    Sodium.ready()
    unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      unsafe randombytes_buf(base, buffer.count)
    }
  }
}

/// For tests and the simulator: the same seed gives the same bytes, for the same sequence of calls.
/// Each call is one ChaCha20 key stream whose nonce is the number of the call.
public struct SeededRandom: RandomSource, Sendable {
  private let key: Bytes32
  private var calls: UInt64 = 0

  /// Equal seeds give equal streams, on every machine.
  public init(seed: UInt64) {
    key = SHA256.hash(Array("liaison-seeded-random \(seed)".utf8)).bytes
  }

  /// Each call is another stream: two calls of 16 bytes are not one of 32.
  public mutating func fill(_ bytes: inout MutableSpan<UInt8>) {
    let nonce = (0..<8).map { UInt8(truncatingIfNeeded: calls >> (8 * $0)) }
    let key = key.array
    unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      _ = unsafe crypto_stream_chacha20(base, UInt64(buffer.count), nonce, key)
    }
    calls += 1
  }
}
