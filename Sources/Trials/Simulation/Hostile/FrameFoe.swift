import Log
import Replication
import Transport

/// Plays with frames: longer than any may be, as long as one may be, or a byte at a time.
final class FrameFoe: Foe {
  private static let mostInRun = 2

  private var done = 0
  /// Bytes that wait, and how many leave one by one before the rest.
  private var held: [SessionID: (bytes: [UInt8], singly: Int)] = [:]

  override func closed(_ session: SessionID) {
    super.closed(session)
    held[session] = nil
  }

  override func bytes(_ bytes: [UInt8], to peer: NodeName, on session: SessionID, _ ways: FoeWays)
    throws(Violation) -> [UInt8]
  {
    guard kind == .slowFrames, pages[session]?.isReady == true else { return bytes }
    if held[session] == nil {
      guard bytes.count > 16, ways.random.oneIn(6) else { return bytes }
      held[session] = ([], 2 + ways.random.below(12))
    }
    held[session]?.bytes += bytes
    return []
  }

  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    guard let links = ways.wires else { return }
    if kind == .slowFrames { return drip(links, ways) }
    guard done < FrameFoe.mostInRun, ways.random.oneIn(6),
      let session = drawn(readySessions(ways), ways), let line = links.lines[session.id]
    else { return }
    done += 1
    if kind == .framesAtLimit {
      let message = [31] + ways.random.bytes(TransportLimits.maxMessageBytes - 1)
      return try misbehave(message, on: session.id, ways)
    }
    let length = drawn([TransportLimits.maxMessageBytes + 1, 1 << 31, Int(UInt32.max)], ways)!
    let frame = big(UInt32(length)) + ways.random.bytes(64)
    links.write(raw(frame, line, ways), on: line.wire, line.end)
    ways.did(kind)
  }

  /// Apart: the compiler has trouble with spans in functions that throw.
  private func raw(_ frame: [UInt8], _ line: Line, _ ways: FoeWays) -> [UInt8] {
    var out: [UInt8] = []
    line.channel.send(raw: frame.span, now: ways.now, into: &out)
    return out
  }

  private func drip(_ links: ByteLinks, _ ways: FoeWays) {
    for session in ways.sessions {
      guard let waiting = held[session.id], !waiting.bytes.isEmpty,
        let line = links.lines[session.id]
      else { continue }
      guard waiting.singly > 0 else {
        held[session.id] = nil
        links.write(waiting.bytes, on: line.wire, line.end)
        continue
      }
      held[session.id] = (Array(waiting.bytes.dropFirst()), waiting.singly - 1)
      links.write([waiting.bytes[0]], on: line.wire, line.end)
      ways.did(kind)
    }
  }
}
