// Connections of somebody who is no node, or does not speak as one.
extension ByteLinks {
  /// A connection at whose other end nobody keeps the rules: nothing that is said on it is
  /// believed.
  /// - Parameter source: the number of an address that no peer has; nil: that of the dialler.
  /// - Returns: nil when it was not let in.
  func dialAsStranger(
    from: Site, to site: Site, source: Int? = nil
  ) throws(Violation) -> Wire? {
    let wire = Wire(
      nextWireNumber(), (from.number, site.number), [nil, nil], cut: .whole, at: world.now,
      isReplay: true)
    guard try accept(wire, at: site, from: source ?? from.number, isPeer: source == nil) else {
      return nil
    }
    wires.append(wire)
    return wire
  }
}
