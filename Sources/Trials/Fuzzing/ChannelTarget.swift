import Crypto
import Secrets
import Transport

/// A stranger's bytes, and a peer that keeps no rule.
enum ChannelTarget {
  static func run(_ input: inout FuzzInput) {
    switch input.u8() % 3 {
    case 0: stranger(&input)
    case 1: handshake(&input)
    default: records(&input)
    }
  }

  private static let now: UInt64 = 1_000

  private static func responder() -> SecureChannel {
    var random = SeededRandom(seed: 11)
    let known = FuzzParty.be.secrets.transport.publicKey
    return SecureChannel.responder(key: FuzzParty.nl.secrets, random: &random) {
      $0 == known ? .peer(nil) : .unknown
    }
  }

  private static func initiator() -> SecureChannel {
    var random = SeededRandom(seed: 12)
    return SecureChannel.initiator(
      key: FuzzParty.be.secrets, peer: FuzzParty.nl.secrets.transport.publicKey, psk: nil,
      random: &random)
  }

  /// Gives `bytes` to a channel in pieces that the input names.
  private static func feed(
    _ bytes: [UInt8], _ input: inout FuzzInput, to channel: SecureChannel,
    _ events: inout [ChannelEvent], _ out: inout [UInt8]
  ) -> Bool {
    var offset = 0
    while offset < bytes.count {
      let end = min(bytes.count, offset + 1 + input.below(1_024))
      do {
        try channel.receive(
          bytes.span.extracting(offset..<end), now: now, into: &events, out: &out)
      } catch {
        check(!channel.isEstablished, "a channel lives on after an error")
        return false
      }
      offset = end
    }
    return true
  }

  /// Somebody without a key gets no byte and no session.
  private static func stranger(_ input: inout FuzzInput) {
    let channel = responder()
    var events: [ChannelEvent] = []
    var out: [UInt8] = []
    let pieces = 1 + input.below(4)
    for _ in 0..<pieces {
      let bytes = input.take(input.u16())
      guard feed(bytes, &input, to: channel, &events, &out) else { break }
    }
    check(events.isEmpty, "a stranger was taken for a peer")
  }

  /// A peer's handshake with altered bytes, either way.
  private static func handshake(_ input: inout FuzzInput) {
    let (left, right) = (initiator(), responder())
    var toRight: [UInt8] = []
    var toLeft: [UInt8] = []
    var events: [ChannelEvent] = []
    guard (try? left.start(into: &toRight)) != nil else { return }
    input.edit(&toRight)
    guard feed(toRight, &input, to: right, &events, &toLeft) else { return }
    check(events.isEmpty, "a session before its first record")
    input.edit(&toLeft)
    toRight = []
    guard feed(toLeft, &input, to: left, &events, &toRight) else { return }
    input.edit(&toRight)
    _ = feed(toRight, &input, to: right, &events, &toLeft)
  }

  /// An established channel: whole records of messages, some altered, left out, repeated; then any
  /// bytes.
  private static func records(_ input: inout FuzzInput) {
    let (left, right) = (initiator(), responder())
    var (toRight, toLeft): ([UInt8], [UInt8]) = ([], [])
    var events: [ChannelEvent] = []
    sure {
      try left.start(into: &toRight)
      try right.receive(toRight.span, now: now, into: &events, out: &toLeft)
      toRight = []
      try left.receive(toLeft.span, now: now, into: &events, out: &toRight)
      try right.receive(toRight.span, now: now, into: &events, out: &toLeft)
    }
    check(left.isEstablished && right.isEstablished, "the harness: no session")
    events = []
    var sent: [[UInt8]] = []
    var isWhole = true
    while !input.isEmpty {
      let order = input.u8()
      let message = input.take(input.below(600))
      var records: [UInt8] = []
      guard (try? left.send(message.span, now: now, into: &records)) != nil else { return }
      sent.append(message)
      switch order % 8 {
      case 5: input.edit(&records)
      case 6: records += records
      case 7: records = input.take(64)
      default: break
      }
      if order % 8 >= 5 { isWhole = false }
      guard feed(records, &input, to: right, &events, &toLeft) else { break }
    }
    let received = events.compactMap { event -> [UInt8]? in
      if case .message(let bytes) = event { bytes } else { nil }
    }
    check(sent.starts(with: received), "what was not sent was received")
    if isWhole { check(received == sent, "what was sent was not received") }
  }

  // MARK: Seeds

  static var seeds: [[UInt8]] {
    var first: [UInt8] = []
    sure { try initiator().start(into: &first) }
    var stranger = SeedWriter(0, 0)
    stranger.part(first)
    let message = [UInt8](repeating: 5, count: 40)
    return [
      stranger.bytes, [0, 1, 0, 112] + [UInt8](repeating: 1, count: 112), [1, 0], [1, 1, 0, 5, 1],
      [1, 0, 3, 255, 0, 1, 40, 1], [2, 0, 40] + message + [0, 30, 0, 10],
      [2, 0, 0, 40] + message + [3, 255, 5, 0, 4, 1, 2, 3, 4, 1, 0, 9, 1],
      [2, 6, 0, 5, 1, 2, 3, 4, 5, 3, 255], [2, 7, 0, 1, 9, 0, 16, 1, 2],
    ]
  }
}
