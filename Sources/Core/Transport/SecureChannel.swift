public import Crypto
public import Secrets
internal import Wire

/// A step of the session, in the order in which its bytes came.
public enum ChannelEvent: Equatable, Sendable {
  /// The peer has proven that it holds this key, now. The hash is the same on both sides and in no
  /// other session.
  case established(peer: TransportPublicKey, handshakeHash: Digest)
  case message([UInt8])
}

/// Records that brought next to nothing, and changes of key: no message counts them, and each takes
/// time.
public struct IdleRecords: Equatable, Sendable {
  /// Records that carry less than `TransportLimits.idleRecordBytes` and end no message.
  public var records = 0
  /// Records after which the sender changed its key.
  public var keys = 0

  /// Measured times: a tag and a nonce; a key in guarded memory.
  public var microseconds: UInt64 { UInt64(2 * records + 20 * keys) }
}

/// One connection's handshake, then its two directions (Protocols/transport.md). It does no I/O:
/// bytes from the socket go into `receive`, and what the calls append to `out` goes to the socket,
/// in order. Times are milliseconds of one monotonic clock. Used from one thread.
///
/// A responder emits `.established` only when the initiator's first record decrypts; until then
/// nothing may be displaced or believed for its sake.
public final class SecureChannel {
  private enum Phase {
    case initiating(ProductHandshake)
    case awaitingMessage1(Responder)
    /// The responder's, until the first record.
    case confirming(peer: TransportPublicKey, hash: Digest)
    case established
    case closed
  }

  private var phase: Phase
  /// This side's key: of a responder the one that message 1 was made for, and before that its
  /// present one.
  public private(set) var localKey: TransportPublicKey
  private let lookup: (TransportPublicKey) -> PeerAdmission
  private let permit: () -> Bool
  /// The handshake message or record that is arriving, decrypted where it is.
  private var inbox: [UInt8] = []
  private var assembler = MessageAssembler()
  private var idleRecords = 0
  private var idle = IdleRecords()
  private var sender: RecordSender?
  private(set) var receiving: CipherState?

  private init(
    _ phase: Phase, localKey: TransportPublicKey,
    lookup: @escaping (TransportPublicKey) -> PeerAdmission, permit: @escaping () -> Bool
  ) {
    self.phase = phase
    self.localKey = localKey
    self.lookup = lookup
    self.permit = permit
  }

  /// The side that dialled. Call `start` next.
  ///
  /// - Parameters:
  ///   - psk: nil when the operators exchanged none.
  ///   - random: gives the 32 bytes of the ephemeral key.
  public static func initiator(
    key: any TransportKeyHolder, peer: TransportPublicKey, psk: Held<PresharedKey>?,
    random: inout some RandomSource
  ) -> SecureChannel {
    let handshake = ProductHandshake(
      pattern: .ikpsk2, isInitiator: true, prologue: Handshake.prologue, localStatic: key,
      remoteStatic: peer, ephemeralSeed: random.guarded(32))
    handshake.presharedKey = psk
    return SecureChannel(
      .initiating(handshake), localKey: key.transportPublicKey, lookup: { _ in .unknown },
      permit: { true })
  }

  /// The side that accepted.
  ///
  /// - Parameters:
  ///   - key: the present key.
  ///   - earlier: those of earlier epochs, which a peer that heard of none since still dials.
  ///   - random: gives the 32 bytes of the ephemeral key.
  ///   - permit: asked once, after the mac of message 1 and before any Diffie-Hellman:
  ///     `ConnectionGate.permitHandshake`.
  ///   - lookup: what the roster says of the initiator's key.
  public static func responder(
    key: any TransportKeyHolder, earlier: [any TransportKeyHolder] = [],
    random: inout some RandomSource,
    permit: @escaping () -> Bool = { true },
    lookup: @escaping (TransportPublicKey) -> PeerAdmission
  ) -> SecureChannel {
    let responder = Responder(keys: [key] + earlier, seed: random.guarded(32))
    return SecureChannel(
      .awaitingMessage1(responder), localKey: key.transportPublicKey, lookup: lookup,
      permit: permit)
  }

  /// True once the other side has proven its key: only then `send` works.
  public var isEstablished: Bool { if case .established = phase { true } else { false } }

  /// Writes message 1; the initiator's first call, once.
  ///
  /// - Throws: `handshakeRefused` if the peer's key is a point of low order.
  public func start(into out: inout [UInt8]) throws(ChannelError) {
    guard case .initiating(let handshake) = phase, let peer = handshake.remoteStatic else {
      preconditionFailure("only an initiator starts, and once")
    }
    var message: [UInt8] = []
    let none: [UInt8] = []
    do { try handshake.write(payload: none.span, into: &message) } catch {
      phase = .closed
      throw .handshakeRefused
    }
    out.append(contentsOf: message)
    out.append(contentsOf: Handshake.mac(message.span, responder: peer))
  }

  /// Takes bytes from the socket, however they are cut.
  ///
  /// - Throws: once; the channel is then closed, the connection is to be dropped and `out` not
  ///   sent. Events that were appended before stand: they are authentic.
  public func receive(
    _ bytes: Span<UInt8>, now: UInt64, into events: inout [ChannelEvent], out: inout [UInt8]
  ) throws(ChannelError) {
    do {
      try consume(bytes, now, &events, &out)
    } catch {
      close()
      throw error
    }
  }

  /// Forgets the keys and everything unfinished. Later calls throw.
  public func close() {
    phase = .closed
    inbox = []
    assembler = MessageAssembler()
    sender = nil
    receiving = nil
  }

  /// Appends the records of one message to `out`.
  public func send(
    _ message: Span<UInt8>, now: UInt64, into out: inout [UInt8]
  ) throws(SendError) {
    guard isEstablished, let sender else { throw .notEstablished }
    guard message.count <= TransportLimits.maxMessageBytes else { throw .messageTooLong }
    sender.send(message, framed: true, now: now, into: &out)
  }

  /// Appends several messages that share records: less to send and fewer tags than one by one.
  public func send(
    _ messages: [[UInt8]], now: UInt64, into out: inout [UInt8]
  ) throws(SendError) {
    guard isEstablished, let sender else { throw .notEstablished }
    guard messages.allSatisfy({ $0.count <= TransportLimits.maxMessageBytes }) else {
      throw .messageTooLong
    }
    if !messages.isEmpty { sender.send(messages, now: now, into: &out) }
  }

  /// Appends records of `data` as it is, whether it is messages or not: for the simulator, which
  /// plays peers that break the rules.
  package func send(raw data: Span<UInt8>, now: UInt64, into out: inout [UInt8]) {
    sender?.send(data, framed: false, now: now, into: &out)
  }
}

extension SecureChannel {
  private func consume(
    _ bytes: Span<UInt8>, _ now: UInt64, _ events: inout [ChannelEvent], _ out: inout [UInt8]
  ) throws(ChannelError) {
    if case .closed = phase { throw .closed }
    var offset = 0
    while offset < bytes.count {
      let wanted = unitBytes
      let count = min(wanted - inbox.count, bytes.count - offset)
      inbox.append(bytes.extracting(offset..<(offset + count)))
      offset += count
      guard inbox.count == wanted else { return }
      switch phase {
      case .initiating(let handshake): try finish(handshake, now, &events, &out)
      case .awaitingMessage1(let responder): try answer(responder, now, &out)
      case .confirming, .established:
        if wanted == TransportLimits.recordHeaderBytes {
          guard recordBytes >= TransportLimits.minRecordCiphertextBytes else {
            throw .recordTooShort
          }
          continue
        }
        try openRecord(&events)
      case .closed: throw .closed
      }
      inbox.removeAll(keepingCapacity: true)
    }
  }

  /// How many bytes `inbox` holds when the next step can be taken.
  private var unitBytes: Int {
    switch phase {
    case .initiating: TransportLimits.message2Bytes
    case .awaitingMessage1: TransportLimits.message1Bytes
    case .confirming, .established, .closed:
      inbox.count < TransportLimits.recordHeaderBytes
        ? TransportLimits.recordHeaderBytes : TransportLimits.recordHeaderBytes + recordBytes
    }
  }

  private var recordBytes: Int { Int(inbox[0]) << 8 | Int(inbox[1]) }

  /// Responder: message 1 is complete. Cheap checks first; message 2 only for a peer.
  private func answer(
    _ responder: Responder, _ now: UInt64, _ out: inout [UInt8]
  ) throws(ChannelError) {
    guard let key = responder.key(of: inbox.span) else { throw .wrongMac }
    guard permit() else { throw .rateLimited }
    localKey = key.transportPublicKey
    guard let handshake = responder.begin(with: key) else { throw .closed }
    // The length of the message leaves an empty payload.
    let noise = Array(inbox[..<TransportLimits.noiseMessage1Bytes])
    do { _ = try handshake.read(noise) } catch { throw .handshakeRefused }
    guard let peer = handshake.remoteStatic else { throw .handshakeRefused }
    switch lookup(peer) {
    case .unknown: throw .unknownPeer
    case .peer(let psk): handshake.presharedKey = psk
    }
    var message: [UInt8] = []
    let none: [UInt8] = []
    do { try handshake.write(payload: none.span, into: &message) } catch {
      throw .handshakeRefused
    }
    out.append(contentsOf: message)
    begin(handshake, isInitiator: false, now)
    phase = .confirming(peer: peer, hash: handshake.digest)
  }

  /// Initiator: message 2 is complete. An empty record at once confirms the session to the
  /// responder.
  private func finish(
    _ handshake: ProductHandshake, _ now: UInt64, _ events: inout [ChannelEvent],
    _ out: inout [UInt8]
  ) throws(ChannelError) {
    do { _ = try handshake.read(inbox) } catch { throw .handshakeRefused }
    guard let peer = handshake.remoteStatic else { throw .handshakeRefused }
    begin(handshake, isInitiator: true, now)
    phase = .established
    let none: [UInt8] = []
    sender?.send(none.span, framed: false, now: now, into: &out)
    events.append(.established(peer: peer, handshakeHash: handshake.digest))
  }

  private func begin(_ handshake: ProductHandshake, isInitiator: Bool, _ now: UInt64) {
    let ciphers = handshake.split()
    sender = RecordSender(isInitiator ? ciphers.initiator : ciphers.responder, now: now)
    receiving = isInitiator ? ciphers.responder : ciphers.initiator
  }

  /// Records that came since the last call and are in no message.
  public func takeIdle() -> IdleRecords {
    defer { idle = IdleRecords() }
    return idle
  }

  private func openRecord(_ events: inout [ChannelEvent]) throws(ChannelError) {
    guard let receiving else { throw .closed }
    guard receiving.keyBytes < TransportLimits.maxKeyBytes else { throw .keyOverused }
    let range = TransportLimits.recordHeaderBytes..<inbox.count
    guard let plaintext = receiving.open(&inbox, in: range) else {
      if case .confirming = phase { throw .notConfirmed }
      throw .recordNotAuthentic
    }
    let flags = inbox[plaintext.lowerBound]
    guard flags == RecordFlags.data || flags == RecordFlags.dataThenRekey else {
      throw .unknownFlags
    }
    if case .confirming(let peer, let hash) = phase {
      phase = .established
      events.append(.established(peer: peer, handshakeHash: hash))
    }
    let data = (plaintext.lowerBound + 1)..<plaintext.upperBound
    let before = events.count
    try assembler.take(inbox, in: data, into: &events)
    let isIdle = events.count == before && data.count < TransportLimits.idleRecordBytes
    idleRecords = isIdle ? idleRecords + 1 : 0
    if isIdle { idle.records += 1 }
    if flags == RecordFlags.dataThenRekey { idle.keys += 1 }
    guard idleRecords <= TransportLimits.idleRecordsInARow else { throw .idleRecords }
    if flags == RecordFlags.dataThenRekey { receiving.rekey() }
  }
}
