internal import Crypto

/// Writes the parts that encoded proofs share (Protocols/log.md, 6).
struct ProofWriter {
  private(set) var bytes: [UInt8]

  /// A part on its own.
  init() { bytes = [] }

  init(magic: String, identity: LogIdentity) {
    bytes = Array(magic.utf8)
    let origin = Array(identity.origin.text.utf8)
    bytes.append(UInt8(origin.count))
    bytes.append(contentsOf: origin)
    identity.key.append(to: &bytes)
  }

  mutating func append(_ byte: UInt8) { bytes.append(byte) }

  mutating func append(_ digest: Digest) { digest.append(to: &bytes) }

  mutating func append(hashes: [Digest]) {
    bytes.append(UInt8(hashes.count))
    for hash in hashes { hash.append(to: &bytes) }
  }

  mutating func append(note: [UInt8]) {
    bytes.appendInteger(UInt16(note.count))
    bytes.append(contentsOf: note)
  }

  mutating func append(_ exhibit: Exhibit) {
    switch exhibit {
    case .signed(let leaf):
      bytes.append(1)
      bytes.append(contentsOf: leaf)
    case .included(let included):
      bytes.append(2)
      append(included)
    }
  }

  mutating func append(_ included: IncludedLeaf) {
    bytes.append(contentsOf: included.leaf)
    bytes.appendInteger(included.position)
    append(hashes: included.path)
    append(note: included.checkpoint)
  }
}

/// Reads them back; whatever is out of bounds is `.malformed`.
struct ProofReader {
  private let bytes: [UInt8]
  private var position: Int

  init(_ bytes: [UInt8], magic: String) throws(ProofError) {
    guard bytes.count <= LogLimits.proofBytes, bytes.starts(with: magic.utf8)
    else { throw .malformed }
    self.bytes = bytes
    position = magic.utf8.count
  }

  mutating func byte() throws(ProofError) -> UInt8 {
    let taken = try take(1)
    return taken[0]
  }

  mutating func digest() throws(ProofError) -> Digest {
    let taken = try take(32)
    return Digest(taken.span, at: 0)
  }

  mutating func identity() throws(ProofError) -> LogIdentity {
    let count = try byte()
    let text = try take(Int(count))
    guard let string = String(validating: text, as: UTF8.self), let origin = try? Origin(string)
    else { throw .malformed }
    let key = try take(32)
    return LogIdentity(origin: origin, key: LogPublicKey(key.span, at: 0))
  }

  mutating func hashes(atMost limit: Int) throws(ProofError) -> [Digest] {
    let count = try byte()
    guard Int(count) <= limit else { throw .malformed }
    var hashes: [Digest] = []
    for _ in 0..<count {
      let hash = try digest()
      hashes.append(hash)
    }
    return hashes
  }

  mutating func note() throws(ProofError) -> [UInt8] {
    let length = try take(2)
    let count = Int(length.span.u16(at: 0))
    guard count <= LogLimits.checkpointBytes else { throw .malformed }
    return try take(count)
  }

  mutating func exhibit() throws(ProofError) -> Exhibit {
    let form = try byte()
    if form == 1 {
      let leaf = try take(EntryLayout.leafBytes)
      return .signed(leaf: leaf)
    }
    guard form == 2 else { throw .malformed }
    let leaf = try included()
    return .included(leaf)
  }

  mutating func included() throws(ProofError) -> IncludedLeaf {
    let leaf = try take(EntryLayout.leafBytes)
    let index = try take(8)
    let path = try hashes(atMost: LogLimits.inclusionPathHashes)
    let checkpoint = try note()
    return IncludedLeaf(
      leaf: leaf, position: index.span.u64(at: 0), path: path, checkpoint: checkpoint)
  }

  /// Nothing may follow.
  func finish() throws(ProofError) {
    guard position == bytes.count else { throw .malformed }
  }

  private mutating func take(_ count: Int) throws(ProofError) -> [UInt8] {
    guard bytes.count - position >= count else { throw .malformed }
    let start = position
    position += count
    return Array(bytes[start..<position])
  }
}
