import Foundation
import Log
import Node
import Runtime
import Secrets
import Store

/// Two daemons that carry the same 100 logs lose their connection while nothing is new: what the
/// next one costs.
enum ReconnectCase {
  static let logs = 100

  static func run(scratch: Scratch) throws -> JSON {
    let near = try BenchNode("nl", in: scratch)
    let far = try BenchNode("be", in: scratch)
    defer {
      near.stop()
      far.stop()
    }
    try carry(logs - 2, on: [near, far])
    try near.add(far, dial: false)
    try near.start()
    let relay = try Relay(to: near)
    defer { relay.close() }
    _ = try Roster.add(near.card, address: relay.address, to: far.folder)
    try far.start()
    for (node, peer) in [(near, far), (far, near)] {
      try node.waitUntilConnected(to: 1)
      try node.waitForEntries(1, of: peer.origin, seconds: 30)
    }
    // Cosignatures are exchanged after up to 10 s and published after another 60; then nothing is
    // left to say.
    try quiet(relay, seconds: 12)
    let before = (relay.counted, relay.connectionsSoFar)
    relay.cut()
    try wait(seconds: 30, for: "the next connection") { relay.connectionsSoFar > before.1 }
    try near.waitUntilConnected(to: 1)
    try quiet(relay, seconds: 3)
    let after = relay.counted
    let towards = after.towards - before.0.towards
    let back = after.back - before.0.back
    let beyond = Double(max(towards, back) - 2_048) / Double(logs)
    return .object([
      ("logs", .count(logs)), ("bytesOfDialler", .count(towards)),
      ("bytesOfListener", .count(back)),
      ("bytesBothWays", .count(towards + back)),
      ("bytesALogBeyond2KiB", .figure(max(0, beyond))), ("goalBytesALogBeyond2KiB", .count(60)),
      (
        "bytesALogBeyond2KiBBothWays",
        .figure(max(0, Double(towards + back - 2_048)) / Double(logs))
      ),
    ])
  }

  /// Logs of nodes that are not there: a genesis entry and a checkpoint over it, stored at each,
  /// the cards on its roster.
  private static func carry(_ count: Int, on nodes: [BenchNode]) throws {
    let stores = try nodes.map { try Store.open(on: FileDisk(folder: $0.folder.root)) }
    for number in 0..<count {
      let secrets = NodeSecrets.generate()
      let genesis = try SignedLog.genesis(secrets, name: "n\(number)")
      let state = LogState(empty: genesis.card.identity)
      let verified = try state.accept(genesis.batch)
      let checkpoint = SignedLog.checkpoint(at: genesis.batch, onto: state, secrets: secrets)
      for (node, store) in zip(nodes, stores) {
        try store.addLog(genesis.card.identity)
        try store.append(verified)
        _ = try store.addCheckpoint(checkpoint)
        _ = try Roster.add(genesis.card, address: nil, to: node.folder)
      }
    }
    for store in stores { try store.flush() }
  }

  /// Until nothing has passed for so long.
  private static func quiet(_ relay: Relay, seconds: Double) throws {
    var last = relay.counted
    var since = Stopwatch()
    try wait(seconds: 180, for: "the connection to be quiet", everyMilliseconds: 50) {
      let now = relay.counted
      if now != last {
        last = now
        since = Stopwatch()
      }
      return since.seconds >= seconds
    }
  }
}
