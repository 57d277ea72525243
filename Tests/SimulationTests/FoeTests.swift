import Crypto
import Log
import Secrets
import Store
import Testing

@testable import Replication
@testable import Simulation

/// Foes send what Protocols/sync.md says of them, and do what they are there for
/// (docs/simulator.md).
@Suite("Hostile peers of the simulator")
struct FoeTests {
  @Test(
    "Each family misbehaves in a run of its own, and honest nodes have everything in the end",
    arguments: [
      FoeKind.twoFaced, .brokenRules, .brokenBulk, .inflatedHeads, .slowSource, .floodOfPulls,
      .proofAgainstHonest,
      .slowFrames, .reconnects,
    ])
  func misbehaves(_ kind: FoeKind) {
    var misdeeds = 0
    var seed: UInt64 = 1
    while misdeeds == 0, seed < 4 {
      var campaign = NetworkCampaign(seed: seed, runs: 1)
      campaign.nodes = 4
      campaign.foe = kind
      let outcome = campaign.run()
      #expect(outcome.failure?.text == nil)
      misdeeds += outcome.misdeeds[kind]
      seed += 1
    }
    #expect(misdeeds > 0)
  }

  @Test("Each type of message has a foe that sends it very often")
  func floodsEveryMessage() {
    let floods = Set(FoeKind.allCases.flatMap(\.floods))
    for type in MessageType.allCases { #expect(floods.contains(type.rawValue), "\(type)") }
  }

  private let keys = try! NodeKeys("nl", seed: 7)

  private var genesis: VerifiedBatch { try! keys.genesis(1, follows: nil) }

  private var checkpoint: VerifiedCheckpoint {
    Checkpoint.make(identity: keys.identity(1), size: 1, root: genesis.after.tree.root()) {
      keys.secrets(1).log.sign($0)
    }
  }

  @Test("What foes write by the specification the shipped reader reads")
  func writesMessages() throws {
    let hash = SHA256.hash([1])
    let leaf = genesis.batch.leaves
    let body = genesis.batch.bodies
    let head = SaidHead(position: 3, size: 9, leafHash: hash.array)
    let signed = SignedSize(checkpoint, at: 3)
    let cosignature = Cosignature.make(
      checkpoint: checkpoint, name: keys.name, key: keys.lasting.cosigning.publicKey, time: 5
    ) { keys.lasting.cosigning.sign($0) }
    let key = keys.lasting.cosigning.publicKey
    let messages: [([UInt8], Message)] = [
      (
        Said.logs(first: 2, [[UInt8](repeating: 7, count: 16)]),
        .logs(Logs(first: 2, saltedIDs: [[UInt8](repeating: 7, count: 16)]))
      ),
      (
        Said.heads([head]),
        .heads(Heads([AnnouncedHead(position: 3, size: LogSize(9)!, leafHash: hash)]))
      ),
      (
        Said.pull(request: 4, position: 3, 1..<9, credit: 6, form: 1),
        .pull(
          PullRequest(
            request: 4, position: 3, from: LogSize(1)!, to: LogSize(9)!, credit: 6, form: .full))
      ),
      (Said.credit(request: 4, bytes: 6), .credit(Credit(request: 4, bytes: 6))),
      (Said.checkpoint(checkpoint, position: 3), .checkpoint(signed)),
      (
        Said.cosigned(checkpoint, [(cosignature, key)], direction: 0, position: 3),
        .cosignatures(
          CosignatureSet(
            direction: .towardsAuthor, checkpoint: signed,
            cosignatures: [NamedCosignature(cosignature, by: key)]))
      ),
      (Said.graft(position: 3, size: 8), .graft(Graft(position: 3, size: LogSize(8)!))),
      (Said.prune(position: 3), .prune(Prune(position: 3))),
      (
        Said.digest([UInt8](repeating: 1, count: 16)),
        .digest(HeadsDigest([UInt8](repeating: 1, count: 16)))
      ),
      (Said.entry(position: 3, leaf: leaf), .entry(Leaf(position: 3, leaf: leaf))),
      (
        Said.opening(position: 3, leaf: leaf, body: body),
        .opening(PassedOpening(position: 3, leaf: leaf, body: body))
      ),
      (Said.proof(position: 3, [1, 2]), .proof(Proof(position: 3, bytes: [1, 2]))),
      (
        Said.probe(position: 3, index: 2, headerHash: hash.array),
        .probe(Probe(position: 3, index: LogSize(2)!, headerHash: hash))
      ),
      ([Said.ping], .ping(Ping())),
    ]
    for (bytes, message) in messages { #expect(try Message.decode(bytes) == message) }
    let chunk = Said.chunk(genesis.batch, request: 4, position: 3, full: false)
    guard case .chunk(let read) = try Message.decode(chunk) else {
      Issue.record("no chunk")
      return
    }
    #expect(read.batch(of: chunk, extending: genesis.before)?.batch == genesis.batch)
    let said = try #require(SaidChunk(chunk))
    #expect(said.leavesAt == read.leaves.lowerBound && said.bodiesAt == read.bodies.lowerBound)
  }

  private func store(entries: Int) throws -> Store {
    let disk = SimulatedDisk()
    try Store.create(on: disk, salt: StoreCampaign.salt)
    let store = try Store.open(on: disk)
    try store.addLog(keys.identity(1))
    try store.append(genesis)
    var builder = EntryBuilder(state: genesis.after)
    for number in 1..<entries { builder.append(kind: .record, time: 1, body: [UInt8(number)]) }
    try store.append(try genesis.after.accept(builder.finish { keys.secrets(1).log.sign($0) }))
    try store.flush()
    return store
  }

  @Test(
    "Another history is what its author might have signed, down to its checkpoints",
    arguments: [AlteredLog.Change.header, .signature, .previous])
  func altersHistories(_ change: AlteredLog.Change) throws {
    let identity = keys.identity(1)
    let store = try self.store(entries: 6)
    let log = AlteredLog(identity, key: keys.secrets(1)) { $0 == 3 ? change : .none }
    #expect(log.extend(to: 6, from: store))
    #expect(log.differsFrom == 3)
    let batch = try #require(log.batch(0..<6))
    let state = LogState(empty: identity)
    let singly = (try? state.accept(batch)) != nil
    #expect(singly == (change == .header))
    do throws(Rejection) {
      let verified = try state.accept(
        batch, under: log.checkpoint(at: 6), consistency: [])
      #expect(verified.after.size == 6 && change != .previous)
    } catch {
      guard case .fault(let fault) = error else { return #expect(Bool(false), "\(error)") }
      #expect(fault.position == 3 && change == .previous)
    }
  }
}
