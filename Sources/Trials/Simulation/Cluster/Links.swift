import Log
import Replication

/// The links between processes: sessions that come up, carry messages and end.
protocol Links: AnyObject {
  func added(_ site: Site)
  func started(_ site: Site)
  /// - Parameter isClean: the process said good-bye; else the machine stopped.
  func stopped(_ site: Site, isClean: Bool) throws(Violation)
  func setLink(_ a: Site, _ b: Site, up: Bool) throws(Violation)
  /// Sites that have a session with this one, and since when.
  func connected(to site: Site) -> [(site: Site, since: UInt64)]
  func send(_ bytes: [UInt8], on id: SessionID) throws(Violation)
  func close(_ id: SessionID) throws(Violation)
  /// The session is not read before.
  func hold(_ id: SessionID, until time: UInt64)
  /// The process did what was to be done: what it has to say leaves.
  func endRound(of site: Site) throws(Violation)
  /// A site took a card of that node with another transport key: sessions by the one before end.
  func cardChanged(_ site: Site, _ name: NodeName)
  /// Lets go of everything at the end of a run.
  func end()
}
