internal import CSodium
internal import Crypto
internal import Text

/// Why a file of a pre-shared key is not read. It quotes nothing: the text is a secret.
public enum PresharedKeyError: Error, Equatable, Sendable {
  /// Not one line with 32 bytes in Base64, with white space around it at most.
  case malformed
}

extension PresharedKey {
  /// Reads a `peers/*.psk` file: one line of padded Base64 of 32 bytes. The text stays in guarded
  /// memory; the decoder takes constant time.
  public init(text: borrowing GuardedBytes) throws(PresharedKeyError) {
    Sodium.ready()
    guard text.count <= Limits.presharedKeyFileBytes else { throw .malformed }
    let line: Range<Int>
    do {
      line = try text.withBytes { bytes throws(TextProblem) in try TextFile.onlyLine(of: bytes) }
    } catch { throw .malformed }
    let decoded = try GuardedBytes(count: 32) { output throws(PresharedKeyError) in
      var written = 0
      let status = text.withBytes { text in
        unsafe text.withUnsafeBytes { text in
          unsafe output.withUnsafeMutableBufferPointer { output in
            guard let base = text.baseAddress else { return Int32(-1) }
            return unsafe sodium_base642bin(
              output.baseAddress!, 32, base.assumingMemoryBound(to: CChar.self) + line.lowerBound,
              line.count, " \t", &written, nil, sodium_base64_VARIANT_ORIGINAL)
          }
        }
      }
      guard status == 0, written == 32 else { throw .malformed }
    }
    self.init(decoded)
  }

  /// Lends the file's text: Base64 and a newline.
  public func withText<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    // 44 characters, then the terminator, which the newline replaces.
    let text = GuardedBytes(count: 45) { output in
      withBytes { key in
        unsafe key.withUnsafeBufferPointer { key in
          unsafe output.withUnsafeMutableBytes { output in
            _ = unsafe sodium_bin2base64(
              output.baseAddress!.assumingMemoryBound(to: CChar.self), 45, key.baseAddress!, 32,
              sodium_base64_VARIANT_ORIGINAL)
          }
        }
      }
      output[44] = 0x0a
    }
    return try text.withBytes(body)
  }
}
