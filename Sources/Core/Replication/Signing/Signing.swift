public import Log

/// This node's right to sign in its own epoch: entries, checkpoints, and cosignatures of others'
/// logs. Protocols/sync.md, 8.
public enum SigningState: Sendable, Equatable {
  case ready
  /// Peers that have not answered with their vectors, or whose claim about the own log is not
  /// settled.
  case waiting(for: [NodeName])
  /// The log is closed for ever, in this epoch.
  case closed(because: String)
}

/// How signing begins when the process starts.
public enum OwnLogStart: Sendable, Equatable {
  /// Nobody was ever offered an own entry: nobody need be asked.
  case ready
  /// The roster's peers are asked first.
  case waiting
  case closed(because: String)
}
