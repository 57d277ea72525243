import Log

/// The evidence against authors that was kept.
struct Evidence {
  /// Every proof, in the order in which they were kept.
  private(set) var proofs: [ForkProof] = []
  /// The lowest index that a proof at each site names, by the site's number.
  private var proven: [Int: [LogID: UInt64]] = [:]
  /// The lowest fault that each site kept evidence of.
  private var faults: [Int: [LogID: UInt64]] = [:]

  mutating func keep(_ proof: ForkProof, at site: Site) {
    proofs.append(proof)
    Evidence.lower(&proven, site, proof.identity.id, proof.frozenAt)
  }

  mutating func keepFault(of log: LogID, at index: UInt64, at site: Site) {
    Evidence.lower(&faults, site, log, index)
  }

  private static func lower(
    _ indices: inout [Int: [LogID: UInt64]], _ site: Site, _ log: LogID, _ index: UInt64
  ) {
    let before = indices[site.number]?[log] ?? .max
    indices[site.number, default: [:]][log] = min(before, index)
  }

  /// The site's folder is another now, and brings its proofs along.
  mutating func forget(_ site: Site) {
    proven[site.number] = site.folder.proofs.mapValues(\.frozenAt)
    faults[site.number] = nil
  }

  func proof(of log: LogID, at site: Site) -> UInt64? { proven[site.number]?[log] }

  /// Where the evidence that a site has freezes a log.
  func freeze(of log: LogID, at site: Site) -> UInt64? {
    [proof(of: log, at: site), faults[site.number]?[log]].compactMap { $0 }.min()
  }
}
