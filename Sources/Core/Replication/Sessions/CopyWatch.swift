/// Two processes with one peer's key: which of their sessions lives (SYNC-4).
struct CopyWatch {
  /// When this session was asked whether it is alive, since another process of its peer came.
  private var askedAt: UInt64?
  /// It answered.
  private(set) var gaveLife = false
  /// Set while an older session of the same peer is asked whether it is alive.
  var waitsForSilenceOf: (session: SessionID, since: UInt64)?
  /// `copy` came: once for a session.
  private var wasTold = false

  /// - Returns: whether it is to be asked now; it was, within the time that an answer takes,
  ///   otherwise.
  mutating func ask(_ now: UInt64) -> Bool {
    if let askedAt, now < askedAt + Limits.askForLifeMilliseconds { return false }
    askedAt = now
    gaveLife = false
    return true
  }

  mutating func lives() { gaveLife = true }

  /// - Returns: whether it is the first time.
  mutating func told() -> Bool {
    defer { wasTold = true }
    return !wasTold
  }
}
