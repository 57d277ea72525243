import Crypto
import Log
import Replication
import Secrets
import Store

/// Sends fork proofs that prove nothing (Protocols/log.md, 6).
final class ForgingFoe: Foe {
  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    guard ways.random.oneIn(4), let session = drawn(readySessions(ways), ways),
      let log = drawn(
        sharedLogs(session.page, process).filter { $0.origin.name != process.site.name }, ways),
      let position = session.page.position(of: log.id),
      let proof = try forge(log, process, ways)
    else { return }
    try misbehave(.proof(position: position, proof), on: session.id, ways)
  }

  private func forge(
    _ log: LogIdentity, _ process: NodeProcess, _ ways: FoeWays
  ) throws(Violation) -> [UInt8]? {
    let index = UInt64(ways.random.below(Int(size(of: log.id, process))))
    guard let leaf = entries(log.id, index..<(index + 1), process)?.leaves else { return nil }
    switch kind {
    case .proofOfAnotherLog: return try ofAnotherLog(ways)
    case .proofOfNothing: return proof(log, 1, exhibit(leaf) + exhibit(leaf))
    case .proofBadlySigned:
      var other = leaf
      other[EntryLayout.time] ^= 1
      return proof(log, 1, exhibit(leaf) + exhibit(other))
    case .proofTruncated:
      let whole = proof(log, 1, exhibit(leaf) + exhibit(leaf))
      return Array(whole.prefix(ways.random.below(whole.count)))
    case .proofOversized:
      return proof(log, 1, exhibit(leaf) + exhibit(leaf) + ways.random.bytes(7_000))
    default: return againstHonest(log, process, ways)
    }
  }

  /// A fork that is one, of a log that nobody knows.
  private func ofAnotherLog(_ ways: FoeWays) throws(Violation) -> [UInt8] {
    let stranger = try NodeKeys("zz", seed: ways.random.next())
    let entry = try stranger.genesis(1, follows: nil)
    var header = entry.batch.header(at: 0)
    header.time ^= 1
    let bytes = header.encode()
    let leaf = bytes + stranger.secrets(1).log.sign(bytes.span).array
    return proof(stranger.identity(1), 1, exhibit(entry.batch.leaves) + exhibit(leaf))
  }

  /// The log's own checkpoint, and one that its key did not sign; or a prefix that it does not
  /// have.
  private func againstHonest(
    _ log: LogIdentity, _ process: NodeProcess, _ ways: FoeWays
  ) -> [UInt8]? {
    guard let checkpoint = process.store.newestCheckpoint(log.id) else { return nil }
    let key = process.site.keys.lasting
    let root = SHA256.hash(ways.random.bytes(32))
    let forged = Checkpoint.make(identity: log, size: checkpoint.size, root: root) {
      key.log.sign($0)
    }
    guard ways.random.oneIn(2) else {
      return proof(log, 2, note(checkpoint.note) + note(forged.note))
    }
    return proof(log, 3, note(forged.note) + note(checkpoint.note) + root.array + [1] + root.array)
  }

  // MARK: Encoding

  private func proof(_ log: LogIdentity, _ form: UInt8, _ evidence: [UInt8]) -> [UInt8] {
    let origin = Array(log.origin.text.utf8)
    return Array("liaison-fork/v1\n".utf8) + [UInt8(origin.count)] + origin + log.key.array
      + [form] + evidence
  }

  private func exhibit(_ leaf: [UInt8]) -> [UInt8] { [1] + leaf }

  private func note(_ note: [UInt8]) -> [UInt8] {
    big(UInt16(note.count)) + note
  }
}
