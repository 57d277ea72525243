/// Every limit of this module, with its arithmetic. Times are milliseconds.
public enum TransportLimits {
  /// Own keys besides the present one that message 1 is compared with, two hashes each, and that
  /// dials try: those of 64 rotations, and as many epochs (TRN-4).
  public static let earlierKeys = 128
  /// Message 1 on the wire: 32 ephemeral ‖ 48 sealed static ‖ 16 empty payload ‖ 16 mac.
  public static let message1Bytes = noiseMessage1Bytes + macBytes
  /// 32 ephemeral ‖ 48 sealed static ‖ 16 empty payload.
  public static let noiseMessage1Bytes = 32 + 48 + 16
  /// Half of a BLAKE2b-256: a check before work, and no proof of anything.
  public static let macBytes = 16
  /// Message 2: 32 ephemeral ‖ 16 empty payload.
  static let message2Bytes = 32 + 16

  /// Poly1305's.
  public static let tagBytes = 16
  /// The u16 in front of each record.
  static let recordHeaderBytes = 2
  /// Noise's limit for one ciphertext, and what the u16 can say.
  static let maxRecordCiphertextBytes = 65_535
  /// Flags and tag: a record that carries no data.
  static let minRecordCiphertextBytes = 1 + tagBytes
  /// A record's data: all but flags and tag.
  static let maxRecordDataBytes = maxRecordCiphertextBytes - minRecordCiphertextBytes

  /// The u32 in front of each message.
  static let messageHeaderBytes = 4
  /// A body of 1 MiB and 64 KiB for what travels with it.
  public static let maxMessageBytes = (1 << 20) + (1 << 16)

  /// Records in a row that hold less than so many bytes and end no message: whole records and ends
  /// of messages are all that a sender makes, so that some are room enough, and each costs its
  /// receiver a tag.
  static let idleRecordBytes = 1_024
  /// More of such records one after the other end the channel with `.idleRecords`.
  static let idleRecordsInARow = 64

  /// A sender changes its key after this many ciphertext bytes, or this long, whichever is first.
  static let rekeyBytes: UInt64 = 1 << 30
  /// The time of that.
  static let rekeyMilliseconds: UInt64 = 120_000
  /// A receiver ends the channel when the sender uses one key twice as long as it may.
  static let maxKeyBytes = 2 * rekeyBytes

  /// The time from accept or connect to the end of the handshake.
  public static let handshakeTimeoutMilliseconds: UInt64 = 5_000
  /// The time that one address has from the first packet to the connection.
  public static let connectTimeoutMilliseconds: UInt64 = 5_000

  /// Half-open handshakes at the responder: at most 128 × (112 bytes, a guarded key of 4 pages, a
  /// socket), about 3 MiB.
  public static let halfOpenTotal = 128
  /// Only connections from addresses that peers are known by may use the last 64 of these.
  static let halfOpenKeptForPeers = 64
  /// Half-open handshakes from one address that no peer is known by.
  static let halfOpenPerSource = 4
  /// Half-open handshakes from one address that peers are known by: several nodes may stand behind
  /// it, and each may redial.
  static let halfOpenPerPeerSource = 16

  /// Handshakes computed (five scalar multiplications, 0.7 ms measured) for one address in one
  /// window, counted once the mac of message 1 was right.
  static let handshakesPerSource = 16
  /// The same for all addresses that no peer is known by: 256 × 0.7 ms is 1.8 % of one core.
  static let handshakesOfStrangers = 256
  /// The window of the three limits above.
  static let handshakeWindowMilliseconds: UInt64 = 10_000

  /// The first pause before a peer is dialled again, doubled each time up to the longest: who is
  /// away for long costs a packet in half a minute, and is back after that at the latest.
  static let redialLeastMilliseconds: UInt64 = 500
  static let redialMostMilliseconds: UInt64 = 30_000
  /// A session that lasted so long shows that the peer wants us.
  static let steadySessionMilliseconds: UInt64 = 10_000
  /// So many shorter ones in a row are reported.
  static let shortSessionsToReport = 3
}
