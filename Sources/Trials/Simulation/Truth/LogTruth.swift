import Crypto
import Log

/// One log as the world knows it, whoever stores it: its entries as the disk that was first to hold
/// each of them acknowledged it.
struct LogTruth {
  let identity: LogIdentity
  /// Nobody has its key who may sign an index twice.
  let signsOnce: Bool
  /// Leaf hashes by index.
  private(set) var leaves: [Digest] = []
  /// The hash of each header, where an index may be signed twice: two signatures of one header are
  /// no fork.
  private var headers: [Digest] = []
  /// Entries that two disks hold with different signatures, or held.
  private(set) var twins: Set<Int> = []
  /// The lowest index that two disks hold differently.
  private(set) var fork: UInt64?

  init(_ identity: LogIdentity, signsOnce: Bool) {
    self.identity = identity
    self.signsOnce = signsOnce
  }

  /// True when a disk may hold such a leaf there, and false of an entry that nobody stored.
  func allows(_ leaf: [UInt8], at index: UInt64) -> Bool {
    index < leaves.count && (leaves[Int(index)].array == leaf || twins.contains(Int(index)))
  }

  /// A disk holds such a leaf there.
  /// - Parameter header: of the entry; asked for only where it decides.
  /// - Returns: false where it is of another branch: behind it nothing is to be compared.
  mutating func met(
    _ leaf: Digest, at index: Int, by label: String, header: () -> Digest?
  ) throws(Violation) -> Bool {
    guard index < leaves.count else {
      // A log with two branches keeps one here.
      if !signsOnce, index > leaves.count { return false }
      try expect(
        index == leaves.count,
        "\(label): \(identity.origin) has entry \(index) and nobody the one before")
      leaves.append(leaf)
      if !signsOnce { headers.append(header() ?? .zero) }
      return true
    }
    guard leaves[index] != leaf else { return true }
    try expect(!signsOnce, "\(label): entry \(index) of \(identity.origin) is another there")
    if let header = header(), header == headers[index] {
      twins.insert(index)
      return true
    }
    fork = min(fork ?? .max, UInt64(index))
    return false
  }
}
