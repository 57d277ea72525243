/// Why a channel ended. All of them are failures, never faults: bytes on a connection prove
/// nothing. The channel is closed by each; the caller drops the connection without writing anything
/// more.
public enum ChannelError: String, Error, CaseIterable, Sendable {
  /// Message 1's mac does not name this node's key (TRN-4).
  case wrongMac
  /// The gate's rate limit, after the mac was checked (TRN-6).
  case rateLimited
  /// A handshake message does not authenticate, or holds a point of low order (TRN-5).
  case handshakeRefused
  /// The initiator's key belongs to no peer (TRN-7).
  case unknownPeer
  /// The first record after the handshake does not decrypt: a replayed message 1, or another
  /// pre-shared key (TRN-9).
  case notConfirmed
  /// A record's length is below 17 (TRN-12).
  case recordTooShort
  /// A record does not authenticate: damaged, replayed, reordered or left out (TRN-13).
  case recordNotAuthentic
  /// Flags other than 0 and 1 (TRN-14).
  case unknownFlags
  /// A message longer than the maximum was announced (TRN-17).
  case messageTooLong
  /// The sender did not change its key in time (TRN-20).
  case keyOverused
  /// Too many records that hold little and end no message (TRN-26).
  case idleRecords
  /// The handshake was not over in time (TRN-21). Thrown by nobody: the caller's timer counts it.
  case handshakeTimeout
  /// Bytes after the end.
  case closed

  /// The name of its counter in metrics and `status`.
  public var counter: String { "transport_\(rawValue)" }
}

/// Why a message was not sent. The channel stays as it is, and nothing was written.
public enum SendError: Error, Equatable, Sendable {
  case notEstablished
  case messageTooLong
}
