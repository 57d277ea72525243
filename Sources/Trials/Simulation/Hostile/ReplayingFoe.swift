import Log
import Replication

/// Plays its own recorded sessions again: to the one who heard them, to another, or a record twice
/// in the same session.
final class ReplayingFoe: Foe {
  private struct Recording {
    let peer: NodeName
    var bytes: [UInt8]
  }

  private static let mostBytes = 4 << 10
  private static let mostRecordings = 8

  private var recordings: [SessionID: Recording] = [:]
  /// Oldest first.
  private var order: [SessionID] = []

  override func bytes(_ bytes: [UInt8], to peer: NodeName, on session: SessionID, _ ways: FoeWays)
    throws(Violation) -> [UInt8]
  {
    if kind == .recordsTwice {
      guard pages[session]?.isReady == true, !bytes.isEmpty, ways.random.oneIn(16) else {
        return bytes
      }
      ways.did(kind)
      return bytes + bytes
    }
    guard ways.wires?.lines[session]?.weDialled == true else { return bytes }
    if recordings[session] == nil, order.count < ReplayingFoe.mostRecordings {
      recordings[session] = Recording(peer: peer, bytes: [])
      order.append(session)
    }
    if recordings[session]?.bytes.count ?? .max < ReplayingFoe.mostBytes {
      recordings[session]?.bytes += bytes
    }
    return bytes
  }

  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    guard let links = ways.wires, ways.random.oneIn(6), let id = drawn(order, ways),
      let recording = recordings[id]
    else { return }
    let others = ways.world.sites.filter {
      $0 !== process.site && $0.process != nil
        && (kind == .wrongRecipients) == ($0.name != recording.peer)
    }
    guard let site = drawn(others, ways),
      let wire = try links.dialAsStranger(from: process.site, to: site)
    else { return }
    links.write(recording.bytes, on: wire, 0)
    ways.did(kind)
  }
}
