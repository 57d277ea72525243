import Simulation

/// Inputs that one seed makes of a corpus: number n is the same in every run, in every build and on
/// every machine. First the corpus itself, file by file; then what changes of it and of several of
/// its files give.
///
/// A fuzzer that is led by what an input reached depends on where memory lies, so that two runs
/// from one seed differ: that is for a search (Tests/system/campaign.sh), not for a check that
/// everybody repeats.
public struct InputMaker: Sendable {
  /// One input or more, in the order that numbers go by.
  public let corpus: [[UInt8]]
  private let seed: UInt64

  /// Long enough for every message but a large chunk, whose parts are all alike.
  static let longestBytes = 8_192
  private static let mostChanges = 6
  private static let mostBytesOfChange = 64
  /// Where a bound is off by one: zero, one, the largest of each size, and the largest index of an
  /// entry.
  private static let edges: [UInt64] = [
    0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000,
    0xffff_ffff, 0x1_0000_0000, .max >> 1 - 1, .max >> 1, 1 << 63, .max - 1, .max,
  ]

  /// - Parameter corpus: one input or more, in an order that is the same everywhere.
  public init(corpus: [[UInt8]], seed: UInt64) {
    precondition(!corpus.isEmpty, "a corpus has an input")
    self.corpus = corpus
    self.seed = seed
  }

  /// The input with this number: below the corpus's count one of its files.
  public func input(_ number: UInt64) -> [UInt8] {
    if number < UInt64(corpus.count) { return corpus[Int(number)] }
    var random = SplitMix64(seed: seed, part: number)
    var bytes = corpus[random.below(corpus.count)]
    for _ in 0...random.below(InputMaker.mostChanges) { change(&bytes, &random) }
    if bytes.count > InputMaker.longestBytes {
      bytes.removeLast(bytes.count - InputMaker.longestBytes)
    }
    return bytes
  }

  private func change(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
    let place = random.below(bytes.count + 1)
    let count = min(1 + random.below(InputMaker.mostBytesOfChange), bytes.count - place)
    switch random.below(9) {
    case 0 where count > 0: bytes[place] ^= 1 << UInt8(random.below(8))
    case 1 where count > 0: bytes[place] = UInt8(random.below(256))
    case 2: bytes.removeSubrange(place..<(place + count))
    case 3: bytes.insert(contentsOf: random.bytes(1 + random.below(16)), at: place)
    case 4: bytes.insert(contentsOf: bytes[place..<(place + count)], at: place)
    case 5: bytes.removeLast(bytes.count - place)
    case 6: splice(&bytes, at: place, &random)
    default: writeEdge(&bytes, at: place, &random)
    }
  }

  /// A part of another input of the corpus, over what stands there or between.
  private func splice(_ bytes: inout [UInt8], at place: Int, _ random: inout SplitMix64) {
    let other = corpus[random.below(corpus.count)]
    guard !other.isEmpty else { return }
    let start = random.below(other.count)
    let end = start + 1 + random.below(other.count - start)
    let replaced = random.oneIn(2) ? min(end - start, bytes.count - place) : 0
    bytes.replaceSubrange(place..<(place + replaced), with: other[start..<end])
  }

  /// A number at an edge, big-endian as everything here is, in 1, 2, 4 or 8 bytes.
  private func writeEdge(_ bytes: inout [UInt8], at place: Int, _ random: inout SplitMix64) {
    let size = 1 << random.below(4)
    guard bytes.count >= size else { return }
    let start = min(place, bytes.count - size)
    let value = InputMaker.edges[random.below(InputMaker.edges.count)]
    for position in 0..<size {
      bytes[start + position] = UInt8(
        truncatingIfNeeded: value >> UInt64(8 * (size - 1 - position)))
    }
  }
}
