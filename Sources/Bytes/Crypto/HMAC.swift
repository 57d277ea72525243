internal import CSodium

/// HMAC-SHA-256 (RFC 2104), for Noise's key schedule.
public enum HMAC {
  /// SHA-256's block: a longer key is hashed first (RFC 2104, 2).
  public static let blockBytes = 64

  /// - Parameter key: of any length; one longer than 64 bytes is hashed first.
  public static func authenticate(key: Span<UInt8>, _ message: Span<UInt8>) -> Digest {
    let nothing: [UInt8] = []
    return authenticate(key: key, message, nothing.span)
  }

  /// The code of `first` ‖ `second`.
  public static func authenticate(
    key: Span<UInt8>, _ first: Span<UInt8>, _ second: Span<UInt8>
  ) -> Digest {
    var pad = InlineArray<64, UInt8>(repeating: 0)
    if key.count <= blockBytes {
      for index in key.indices { pad[index] = key[index] }
    } else {
      SHA256.hash(key).withBytes { for index in $0.indices { pad[index] = $0[index] } }
    }
    for index in pad.indices { pad[index] ^= 0x36 }
    var inner = SHA256()
    inner.update(pad.span)
    inner.update(first)
    inner.update(second)
    for index in pad.indices { pad[index] ^= 0x36 ^ 0x5c }
    var outer = SHA256()
    outer.update(pad.span)
    outer.update(inner.finalize())
    let code = outer.finalize()
    inner.wipe()
    outer.wipe()
    var span = pad.mutableSpan
    unsafe span.withUnsafeMutableBufferPointer { unsafe sodium_memzero($0.baseAddress!, 64) }
    return code
  }
}

/// HKDF-SHA-256 (RFC 5869).
public enum HKDF {
  /// Noise 4.3 (RFC 5869 with an empty info): writes two or three 32-byte outputs, one after the
  /// other. They are keys, so they go into the caller's memory, which is guarded or wiped.
  ///
  /// - Parameters:
  ///   - outputs: 64 or 96 bytes (a precondition).
  public static func noise(
    chainingKey: Span<UInt8>, input: Span<UInt8>, into outputs: inout MutableSpan<UInt8>
  ) {
    precondition(outputs.count == 64 || outputs.count == 96)
    let nothing: [UInt8] = []
    derive(salt: chainingKey, input: input, info: nothing.span, into: &outputs)
  }

  /// RFC 5869, 2.3: 255 blocks.
  public static let maxOutputBytes = 255 * 32

  /// RFC 5869, 2: extract, then expand to fill `output`, at most `maxOutputBytes`.
  public static func derive(
    salt: Span<UInt8>, input: Span<UInt8>, info: Span<UInt8>,
    into output: inout MutableSpan<UInt8>
  ) {
    precondition(output.count <= maxOutputBytes)
    let pseudorandomKey = HMAC.authenticate(key: salt, input)
    var previous: [UInt8] = []
    var filled = 0
    var block: UInt8 = 1
    while filled < output.count {
      var suffix: [UInt8] = []
      for index in info.indices { suffix.append(info[index]) }
      suffix.append(block)
      let next = pseudorandomKey.withBytes {
        HMAC.authenticate(key: $0, previous.span, suffix.span)
      }
      wipe(&previous)
      previous = next.array
      for byte in previous where filled < output.count {
        output[filled] = byte
        filled += 1
      }
      block &+= 1
    }
    wipe(&previous)
  }

  private static func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { unsafe sodium_memzero($0.baseAddress, $0.count) }
  }
}
