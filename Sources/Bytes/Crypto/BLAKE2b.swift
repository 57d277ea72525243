internal import CSodium

/// BLAKE2b with a 32-byte output (RFC 7693), by libsodium.
public enum BLAKE2b {
  /// - Parameter key: 0 to 64 bytes; empty for the unkeyed hash.
  public static func hash256(key: Span<UInt8>, _ message: [UInt8]) -> Bytes32 {
    Sodium.ready()
    var output = InlineArray<32, UInt8>(repeating: 0)
    var span = output.mutableSpan
    unsafe span.withUnsafeMutableBufferPointer { out in
      unsafe key.withUnsafeBufferPointer { key in
        unsafe message.withUnsafeBufferPointer { message in
          precondition(key.count <= 64)
          _ = unsafe crypto_generichash_blake2b(
            out.baseAddress!, 32, message.baseAddress, UInt64(message.count), key.baseAddress,
            key.count)
        }
      }
    }
    return Bytes32(output.span)
  }
}

extension BLAKE2b {
  /// As `hash256`, for an output that is a secret: it goes into the caller's memory.
  ///
  /// - Parameters:
  ///   - key: 1 to 64 bytes (a precondition).
  ///   - output: 32 bytes (a precondition).
  public static func derive256(
    key: Span<UInt8>, _ message: Span<UInt8>, into output: inout MutableSpan<UInt8>
  ) {
    Sodium.ready()
    precondition(output.count == 32 && !key.isEmpty && key.count <= 64)
    unsafe output.withUnsafeMutableBufferPointer { out in
      unsafe key.withUnsafeBufferPointer { key in
        unsafe message.withUnsafeBufferPointer { message in
          _ = unsafe crypto_generichash_blake2b(
            out.baseAddress!, 32, message.baseAddress, UInt64(message.count), key.baseAddress,
            key.count)
        }
      }
    }
  }
}
