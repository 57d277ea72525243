import Crypto
import Foundation
import Secrets

@testable import Transport

/// The folder of published vectors: `LIAISON_SHARED`, or `../shared` beside the repository.
enum Shared {
  static let folder: URL? = {
    if let path = ProcessInfo.processInfo.environment["LIAISON_SHARED"], !path.isEmpty {
      return existing(URL(fileURLWithPath: path))
    }
    let repository = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return existing(repository.deletingLastPathComponent().appendingPathComponent("shared"))
  }()

  static let isThere: Bool = {
    if folder == nil { print("skipped: published vectors are not beside the repository") }
    return folder != nil
  }()

  private static func existing(_ url: URL) -> URL? {
    FileManager.default.fileExists(atPath: url.path) ? url : nil
  }
}

func heldKey(_ seed: UInt64) -> HeldTransportKey {
  var random = SeededRandom(seed: seed)
  return HeldTransportKey(.generate(using: &random))
}

func pairKey(_ byte: UInt8) -> Held<PresharedKey> {
  let bytes = [UInt8](repeating: byte, count: 32)
  return Held(PresharedKey(copying: bytes.span))
}

/// Two channels and what is between them, in memory.
final class Pipe {
  let initiatorKey = heldKey(1)
  let responderKey = heldKey(2)
  let initiator: SecureChannel
  let responder: SecureChannel
  var toResponder: [UInt8] = []
  var toInitiator: [UInt8] = []
  var initiatorEvents: [ChannelEvent] = []
  var responderEvents: [ChannelEvent] = []
  var now: UInt64 = 1_000

  init(
    psk: Held<PresharedKey>? = nil, responderPSK: Held<PresharedKey>?? = nil,
    dialled: TransportPublicKey? = nil,
    admits: Bool = true, permits: Bool = true
  ) {
    var random = SeededRandom(seed: 3)
    initiator = SecureChannel.initiator(
      key: initiatorKey, peer: dialled ?? responderKey.transportPublicKey, psk: psk,
      random: &random)
    let known = initiatorKey.transportPublicKey
    let expected = responderPSK ?? psk
    responder = SecureChannel.responder(
      key: responderKey, random: &random, permit: { permits },
      lookup: { admits && $0 == known ? .peer(expected) : .unknown })
  }

  func deliverToResponder(pieces: Int = .max) throws(ChannelError) {
    let bytes = toResponder
    toResponder = []
    try deliver(bytes, pieces, to: responder, &responderEvents, &toInitiator)
  }

  func deliverToInitiator(pieces: Int = .max) throws(ChannelError) {
    let bytes = toInitiator
    toInitiator = []
    try deliver(bytes, pieces, to: initiator, &initiatorEvents, &toResponder)
  }

  private func deliver(
    _ bytes: [UInt8], _ pieces: Int, to channel: SecureChannel,
    _ events: inout [ChannelEvent], _ out: inout [UInt8]
  ) throws(ChannelError) {
    var offset = 0
    while offset < bytes.count {
      let end = offset + min(pieces, bytes.count - offset)
      try channel.receive(
        bytes.span.extracting(offset..<end), now: now, into: &events, out: &out)
      offset = end
    }
  }

  func connect(pieces: Int = .max) throws {
    try initiator.start(into: &toResponder)
    try deliverToResponder(pieces: pieces)
    try deliverToInitiator(pieces: pieces)
    try deliverToResponder(pieces: pieces)
  }

  /// Sends from the initiator to the responder and returns the records.
  func sealed(_ message: [UInt8]) throws -> [UInt8] {
    var out: [UInt8] = []
    try initiator.send(message.span, now: now, into: &out)
    return out
  }

  /// The responder's error on `bytes`; nil when it takes them.
  func responderError(_ bytes: [UInt8]) -> ChannelError? {
    do {
      try responder.receive(bytes.span, now: now, into: &responderEvents, out: &toInitiator)
      return nil
    } catch { return error }
  }

  func initiatorError(_ bytes: [UInt8]) -> ChannelError? {
    do {
      try initiator.receive(bytes.span, now: now, into: &initiatorEvents, out: &toResponder)
      return nil
    } catch { return error }
  }

  var received: [[UInt8]] {
    responderEvents.compactMap { if case .message(let bytes) = $0 { bytes } else { nil } }
  }
}

/// Bytes that differ from place to place.
func pattern(_ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
}
