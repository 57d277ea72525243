internal import CSodium

extension CipherKey {
  /// Noise 11.3: the first 32 bytes of ENCRYPT(k, 2^64 - 1, empty, 32 zeros). Those are the second
  /// block of the ChaCha20 stream (the first keys Poly1305), written straight into guarded memory.
  public func rekeyed() -> CipherKey {
    let nonce = Nonce96(noiseCounter: .max)
    return withBytes { key in
      CipherKey(
        GuardedBytes(count: 32) { next in
          // `next` is zeros, and the stream is XORed onto them.
          unsafe next.withUnsafeMutableBufferPointer { next in
            unsafe key.withUnsafeBufferPointer { key in
              _ = unsafe crypto_stream_chacha20_ietf_xor_ic(
                next.baseAddress!, next.baseAddress!, 32, nonce.bytes, 1, key.baseAddress!)
            }
          }
        })
    }
  }
}
