import Replication

/// Bytes that somebody on the way recorded of a node that dialled: its handshake and first records.
struct Recording {
  static let bytes = 4 << 10
  static let most = 8

  let from: Int
  let to: Int
  let stream: [UInt8]
}

// Sessions of earlier days, played again: the responder answers the first message, and believes
// nothing.
extension ByteLinks {
  /// Keeps the beginning of what the one who dialled said, a while after the session began.
  func record(_ wire: Wire) {
    world.schedule(500) { [weak self] (_) throws(Violation) in
      guard let self, self.recordings.count < Recording.most else { return }
      self.recordings.append(
        Recording(from: wire.sites.0, to: wire.sites.1, stream: wire.streams[0].recording))
    }
  }

  /// Plays a recording to the one who heard it first, or to another.
  func replay(_ recording: Recording, to site: Site) throws(Violation) {
    guard site.process != nil else { return }
    let cut = cuts[random.below(cuts.count)]
    let wire = Wire(
      nextWireNumber(), (recording.from, site.number), [nil, nil], cut: cut, at: world.now,
      isReplay: true)
    guard try accept(wire, at: site, from: recording.from) else { return }
    wires.append(wire)
    happened(.replayed)
    world.say("a session of \(recording.from) with \(recording.to) is played to \(site.label)")
    write(recording.stream, on: wire, 0)
  }
}
