/// The figures of one phase.
public struct SpreadPhase: Sendable {
  public let name: String
  /// Copies of each body that a node received.
  public let copies: Double
  /// Bytes of transport, in copies of what is stored of the entries; until all had all, and until
  /// the last set of cosignatures was out.
  public let totalCopies: Double
  public let totalCopiesInTheEnd: Double
  /// Delays of the deliveries, in link delays.
  public let p50: Double
  public let p99: Double
  /// The delay of the last node of each publish.
  public let slowestP99: Double
  public let bytesOfNode: [(name: String, bytes: Int)]

  var figures: [Figure] {
    func figure(_ text: String, _ value: Double) -> Figure {
      Figure("\(name): \(text)", value, places: 2)
    }
    return [
      figure("copies of a body at a node", copies),
      figure("all bytes until all have all, in copies of the entries", totalCopies),
      figure("all bytes with what follows in 75 s", totalCopiesInTheEnd),
      figure("delivery p50, link delays", p50),
      figure("delivery p99, link delays", p99),
      figure("last node p99, link delays", slowestP99),
    ] + bytesOfNode.map { Figure("\(name): bytes a node, \($0.name)", $0.bytes) }
  }

  /// It keeps to the goals of the campaign.
  func check(_ campaign: SpreadCampaign) throws(Violation) {
    try expect(
      copies <= SpreadCampaign.goalCopies, "\(name): \(copies) copies of each body at a node")
    try expect(p99 <= campaign.goalDelays, "\(name): p99 of \(p99) link delays")
    // In the large graph there are too few publishes for what is said once a minute.
    try expect(
      campaign.nodes >= SpreadCampaign.largeNodes || totalCopies <= SpreadCampaign.goalTotalCopies,
      "\(name): \(totalCopies) copies of all bytes")
  }
}
