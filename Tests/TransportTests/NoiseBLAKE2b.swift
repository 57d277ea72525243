import Testing

@testable import Transport

/// Noise's BLAKE2b functions, for published vectors only: slow, plain, and not constant in time.
enum NoiseBLAKE2b: NoiseHash {
  static let name = "BLAKE2b"
  static let bytes = 64

  static func hash(_ first: Span<UInt8>, _ second: Span<UInt8>) -> [UInt8] {
    PlainBLAKE2b.hash512(array(first) + array(second))
  }

  /// Noise 4.3 over HMAC (RFC 2104) with BLAKE2b's blocks of 128 bytes.
  static func derive(
    chainingKey: Span<UInt8>, input: Span<UInt8>, into outputs: inout MutableSpan<UInt8>
  ) {
    let key = hmac(array(chainingKey), array(input))
    var previous: [UInt8] = []
    for number in 1...(outputs.count / bytes) {
      previous = hmac(key, previous + [UInt8(number)])
      for index in 0..<bytes { outputs[(number - 1) * bytes + index] = previous[index] }
    }
  }

  private static func hmac(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    let block = key + [UInt8](repeating: 0, count: PlainBLAKE2b.blockBytes - key.count)
    let inner = PlainBLAKE2b.hash512(block.map { $0 ^ 0x36 } + message)
    return PlainBLAKE2b.hash512(block.map { $0 ^ 0x5c } + inner)
  }

  private static func array(_ bytes: Span<UInt8>) -> [UInt8] { bytes.indices.map { bytes[$0] } }
}

/// BLAKE2b without a key and with 64 bytes of output, from RFC 7693.
enum PlainBLAKE2b {
  static let blockBytes = 128
  private static let initial: [UInt64] = [
    0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1, 0x9b05_688c_2b3e_6c1f, 0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179,
  ]
  private static let order: [[Int]] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
  ]
  /// The four words that each step of a round mixes: columns, then diagonals.
  private static let steps: [[Int]] = [
    [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
    [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
  ]

  static func hash512(_ message: [UInt8]) -> [UInt8] {
    var state = initial
    state[0] ^= 0x0101_0040
    let blocks = max(1, (message.count + blockBytes - 1) / blockBytes)
    for number in 0..<blocks {
      let start = number * blockBytes
      let end = min(start + blockBytes, message.count)
      compress(
        &state, Array(message[start..<end]), total: UInt64(end), isLast: number == blocks - 1)
    }
    return state.flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
    }
  }

  private static func compress(
    _ state: inout [UInt64], _ block: [UInt8], total: UInt64, isLast: Bool
  ) {
    var words = [UInt64](repeating: 0, count: 16)
    for (index, byte) in block.enumerated() {
      words[index / 8] |= UInt64(byte) << UInt64(8 * (index % 8))
    }
    var work = state + initial
    work[12] ^= total
    if isLast { work[14] = ~work[14] }
    for round in 0..<12 {
      let row = order[round % 10]
      for (number, step) in steps.enumerated() {
        mix(&work, step, words[row[2 * number]], words[row[2 * number + 1]])
      }
    }
    for index in 0..<8 { state[index] ^= work[index] ^ work[index + 8] }
  }

  private static func mix(_ work: inout [UInt64], _ at: [Int], _ x: UInt64, _ y: UInt64) {
    func turned(_ word: UInt64, _ bits: UInt64) -> UInt64 { word >> bits | word << (64 - bits) }
    for (word, first, second) in [(x, UInt64(32), UInt64(24)), (y, 16, 63)] {
      work[at[0]] = work[at[0]] &+ work[at[1]] &+ word
      work[at[3]] = turned(work[at[3]] ^ work[at[0]], first)
      work[at[2]] = work[at[2]] &+ work[at[3]]
      work[at[1]] = turned(work[at[1]] ^ work[at[2]], second)
    }
  }
}
