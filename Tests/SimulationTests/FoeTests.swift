import Crypto
import Log
import Secrets
import Store
import Testing

@testable import Simulation

/// Foes do what they are there for (docs/simulator.md).
@Suite("Hostile peers of the simulator")
struct FoeTests {
  @Test(
    "Each family misbehaves in a run of its own, and honest nodes have everything in the end",
    arguments: [
      FoeKind.twoFaced, .brokenRules, .brokenBulk, .inflatedHeads, .slowSource, .floodOfPulls,
      .proofAgainstHonest,
      .slowFrames, .reconnects, .falseHistory, .twofoldConvener,
    ])
  func misbehaves(_ kind: FoeKind) {
    var misdeeds = 0
    var seed: UInt64 = 1
    while misdeeds == 0, seed < 4 {
      var campaign = NetworkCampaign(seed: seed, .first(1))
      campaign.nodes = 4
      campaign.foe = kind
      let outcome = campaign.run()
      #expect(outcome.finding == nil)
      misdeeds += outcome.totals.misdeeds[kind]
      seed += 1
    }
    #expect(misdeeds > 0)
  }

  @Test("Each type of message has a foe that sends it very often")
  func floodsEveryMessage() {
    let floods = Set(FoeKind.allCases.flatMap(\.floods))
    for type in SyncType.allCases { #expect(floods.contains(type), "\(type)") }
  }

  private let keys = try! NodeKeys("nl", seed: 7)

  private var genesis: VerifiedBatch { try! keys.genesis(1, follows: nil) }

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
