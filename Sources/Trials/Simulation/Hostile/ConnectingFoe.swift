import Crypto
import Log
import Replication
import Transport

/// Opens connections and no sessions: a thousand a second that end at once, some that never speak,
/// or handshakes that lead nowhere.
final class ConnectingFoe: Foe {
  private static let reconnectsOfTick = 1_000 * Int(FoeWays.tickMilliseconds) / 1_000
  private static let othersOfTick = 48
  private static let mostBursts = 3

  private var bursts = 0

  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    guard let links = ways.wires, bursts < ConnectingFoe.mostBursts, ways.random.oneIn(4),
      let site = drawn(
        ways.world.sites.filter({ $0 !== process.site && $0.process != nil }), ways),
      let card = process.site.folder.cards.first(where: { $0.name == site.name })
    else { return }
    bursts += 1
    let count =
      kind == .reconnects ? ConnectingFoe.reconnectsOfTick : ConnectingFoe.othersOfTick
    for _ in 0..<count {
      // From its own address, or from that of nobody.
      let isStranger = kind != .reconnects && ways.random.oneIn(2)
      let wire = try links.dialAsStranger(
        from: process.site, to: site, source: isStranger ? ways.random.below(1 << 16) : nil)
      guard let wire else { continue }
      switch kind {
      case .reconnects: links.finish(wire, 0)
      case .handshakes: links.write(firstMessage(to: card.transport, ways), on: wire, 0)
      default: break
      }
    }
    ways.did(kind, count)
  }

  /// A first message whose mac is right, as anybody can make it who knows the card
  /// (Protocols/transport.md, TRN-2); half of the time it is not.
  private func firstMessage(to key: TransportPublicKey, _ ways: FoeWays) -> [UInt8] {
    let noise = ways.random.bytes(TransportLimits.noiseMessage1Bytes)
    guard ways.random.oneIn(2) else {
      return noise + ways.random.bytes(TransportLimits.macBytes)
    }
    return noise + mac(noise, key)
  }

  private func mac(_ noise: [UInt8], _ key: TransportPublicKey) -> [UInt8] {
    let none: [UInt8] = []
    let macKey = BLAKE2b.hash256(key: none.span, Array("liaison-mac1/v1".utf8) + key.array)
    return macKey.withBytes { macKey in
      Array(BLAKE2b.hash256(key: macKey, noise).array.prefix(TransportLimits.macBytes))
    }
  }
}
