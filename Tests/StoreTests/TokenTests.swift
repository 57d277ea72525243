import Crypto
import Log
import Simulation
import Testing

@testable import Store

/// The statements of a token on a folder, and their limits (Protocols/store.md, 10).
struct TokenTests {
  private let log: TestLog
  private let disk: SimulatedDisk
  private var id: LogID { log.identity.id }

  init() throws {
    log = try TestLog("nl", entries: 300, bodyBytes: 0...20)
    let (disk, store) = try newStore()
    self.disk = disk
    try store.addLog(log.identity)
    try store.appendBulk(try log.verified(0..<300))
    try store.flush()
  }

  private func token(_ size: UInt64, origin: String = "nl/1", of hash: UInt64? = nil) throws
    -> RollbackToken
  {
    let store = try Store.open(on: SimulatedDisk(disk.image), limits: .small)
    return RollbackToken(
      origin: try Origin(origin), size: size,
      leafHash: try store.leafHash(id, hash ?? max(1, size) - 1))
  }

  private func refusal(_ token: RollbackToken?, _ store: Store) throws(StoreError)
    -> TokenRefusal?
  {
    try RollbackToken.refusal(of: token, log.identity, store)
  }

  @Test("STO-41, 42: which token lets sign, which closes for a run, and which for ever")
  func refusals() throws {
    let store = try Store.open(on: disk, limits: .small)
    #expect(try refusal(try token(300), store) == nil)
    #expect(try refusal(try token(120), store) == nil)
    let ofThisRun: [(RollbackToken?, TokenRefusal)] = [
      (nil, .missing), (try token(0), .malformed),
      (try token(120, origin: "be/1"), .otherLog(try Origin("be/1"))),
      (try token(120, origin: "be/2"), .otherLog(try Origin("be/2"))),
    ]
    for (token, expected) in ofThisRun {
      #expect(try refusal(token, store) == expected)
      #expect(!expected.isLasting)
    }
    let lasting: [(RollbackToken?, TokenRefusal)] = [
      (try token(301, of: 299), .ahead(index: 300)),
      (try token(120, of: 118), .otherHistory(index: 119)),
      (try token(300, of: 118), .otherHistory(index: 299)),
      (try token(120, origin: "nl/2"), .laterEpoch(try Origin("nl/2"))),
    ]
    for (token, expected) in lasting {
      #expect(try refusal(token, store) == expected)
      #expect(expected.isLasting)
    }
  }

  @Test("STO-41: a read error is an error, and damage no other history")
  func unreadable() throws {
    let (whole, newest) = (try token(120), try token(300))
    let store = try Store.open(on: disk, limits: .small)
    disk.readFailure = .inputOutput
    #expect(throws: StoreError.disk(.inputOutput, .log(id, .hashes))) {
      try refusal(whole, store)
    }
    #expect(try refusal(newest, store) == nil)
    disk.readFailure = nil
    #expect(try refusal(whole, store) == nil)
    disk.flip(.log(id, .hashes), at: 119 * 32)
    disk.flip(.log(id, .entries), at: 119 * 216 + 180)
    #expect(try refusal(whole, store) == .damaged(index: 119))
    #expect(!TokenRefusal.damaged(index: 119).isLasting)
  }
}
