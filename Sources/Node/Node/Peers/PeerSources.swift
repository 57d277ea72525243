import Log
import Transport

/// The addresses that peers are known by, as addresses and never as texts (Protocols/transport.md,
/// TRN-24): those of the roster, those that its host names have, and those of the last sessions.
struct PeerSources {
  private var configured: [NodeName: Set<SourceAddress>] = [:]
  /// Newest first.
  private var seen: [NodeName: [SourceAddress]] = [:]
  private var all: Set<SourceAddress> = []

  /// Sessions of one peer whose addresses are remembered: a node that moves between some networks.
  static let seenKept = 4

  func contains(_ source: SourceAddress) -> Bool { all.contains(source) }

  /// Only peers that `names` has are known by anything from now on.
  mutating func keep(_ names: Set<NodeName>) {
    configured = configured.filter { names.contains($0.key) }
    seen = seen.filter { names.contains($0.key) }
    collect()
  }

  /// The hosts that the address of the roster stands for, 4 or 16 bytes each.
  mutating func configure(_ name: NodeName, _ hosts: [[UInt8]]) {
    configured[name] = Set(hosts.compactMap { SourceAddress($0) })
    collect()
  }

  /// A session with the peer came from there, or led to there.
  mutating func saw(_ name: NodeName, at host: [UInt8]) {
    guard let source = SourceAddress(host), seen[name]?.first != source else { return }
    let others = (seen[name] ?? []).filter { $0 != source }
    seen[name] = Array(([source] + others).prefix(PeerSources.seenKept))
    collect()
  }

  private mutating func collect() {
    all = []
    for sources in configured.values { all.formUnion(sources) }
    for sources in seen.values { all.formUnion(sources) }
  }
}
