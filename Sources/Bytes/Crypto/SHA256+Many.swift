// Many messages at once, so that what hashes them can be chosen in one place.
extension SHA256 {
  /// 32 bytes for each of the messages that lie one behind the other in `bytes`.
  /// - Precondition: `bytes` is as long as `lengths` are together.
  public static func hashes(of bytes: Span<UInt8>, lengths: [UInt32]) -> [UInt8] {
    var hashes: [UInt8] = []
    hashes.reserveCapacity(32 * lengths.count)
    var offset = 0
    for length in lengths {
      hash(bytes.extracting(offset..<(offset + Int(length)))).append(to: &hashes)
      offset += Int(length)
    }
    precondition(offset == bytes.count, "all of the bytes are hashed")
    return hashes
  }

  /// The RFC 6962 hashes of leaves of `length` bytes that lie one behind the other: 32 bytes each.
  public static func leaves(_ bytes: Span<UInt8>, length: Int) -> [UInt8] {
    var hashes: [UInt8] = []
    hashes.reserveCapacity(32 * (bytes.count / length))
    for offset in stride(from: 0, to: bytes.count, by: length) {
      leaf(bytes.extracting(offset..<(offset + length))).append(to: &hashes)
    }
    return hashes
  }

  /// The root over `count` hashes, a power of two, from the hash number `start` (RFC 6962 interior
  /// nodes).
  public static func root(of hashes: Span<UInt8>, start: Int, count: Int) -> Digest {
    if count == 1 { return Digest(hashes, at: 32 * start) }
    let half = count / 2
    return node(
      root(of: hashes, start: start, count: half),
      root(of: hashes, start: start + half, count: half))
  }
}
