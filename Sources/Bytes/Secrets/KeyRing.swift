/// Many 32-byte keys in a few guarded pages: 128 keys a slab, so that a thousand audiences of each
/// of five hundred authors fit the kernel's 65,530 mappings. A key stays until another takes its
/// place, and all are wiped with the ring. For one thread.
public final class KeyRing {
  private static let keysInSlab = 128

  private final class Slab {
    var memory = GuardedBytes(count: KeyRing.keysInSlab * 32) { _ in }
  }

  private var slabs: [Slab] = []
  /// Keys appended so far: numbers run from 0 to below it.
  public private(set) var count = 0

  /// Takes its first page with the first key.
  public init() {}

  /// Copies a 32-byte key into the ring.
  ///
  /// - Returns: its number, for `withKey`.
  public func append(_ key: Span<UInt8>) -> Int {
    if count % KeyRing.keysInSlab == 0 { slabs.append(Slab()) }
    count += 1
    replace(count - 1, by: key)
    return count - 1
  }

  /// Puts another key into the place of key `number`.
  public func replace(_ number: Int, by key: Span<UInt8>) {
    precondition(key.count == 32 && number < count)
    let start = number % KeyRing.keysInSlab * 32
    slabs[number / KeyRing.keysInSlab].memory.rewrite { bytes in
      for index in 0..<32 { bytes[start + index] = key[index] }
    }
  }

  /// Lends key `number`.
  public func withKey<R: ~Copyable, E: Error>(
    _ number: Int, _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    precondition(number < count)
    let start = number % KeyRing.keysInSlab * 32
    return try slabs[number / KeyRing.keysInSlab].memory.withBytes { bytes throws(E) in
      try body(bytes.extracting(start..<(start + 32)))
    }
  }
}

/// A secret that several places refer to. There is still one copy of it.
public final class Held<Secret: ~Copyable & Sendable>: Sendable {
  /// Lent for as long as this object is held.
  public let secret: Secret
  /// Takes the only copy.
  public init(_ secret: consuming Secret) { self.secret = secret }
}
