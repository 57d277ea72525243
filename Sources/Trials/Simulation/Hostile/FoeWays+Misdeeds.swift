import Replication

extension FoeWays {
  /// Says several things at once.
  func send(_ messages: [[UInt8]], on session: SessionID) throws(Violation) {
    for message in messages { try world.links.send(message, on: session) }
    try world.links.endRound(of: site)
  }

  /// A foe did what it is there for: counted, so that a campaign knows whether it was ever tried.
  func did(_ kind: FoeKind, _ times: Int = 1) {
    say(kind.rawValue)
    world.observer.misdeed(site, kind, times)
  }
}
