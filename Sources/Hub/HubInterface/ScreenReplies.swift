/// The results of one part.
public struct ScreenReply: Codable, Hashable, Sendable {
  /// The number to name with the next part.
  public var list: Int
  /// One for each passenger, in order.
  public var results: [PassengerResult]
  /// Each part is one look (HUB-96).
  public var account: LookAccount

  public init(list: Int, results: [PassengerResult], account: LookAccount) {
    self.list = list
    self.results = results
    self.account = account
  }
}

/// A list that is whole: its hits are known from now on.
public struct FinishListReply: Codable, Hashable, Sendable {
  /// With its counts over all parts.
  public var screening: Screening
  /// Hits of the last list of this flight that this one lacks.
  public var gone: Int

  public init(screening: Screening, gone: Int) {
    self.screening = screening
    self.gone = gone
  }
}

/// Lists that the user may see.
public struct ScreeningsReply: Codable, Hashable, Sendable {
  /// The newest first.
  public var screenings: [Screening]

  public init(screenings: [Screening]) {
    self.screenings = screenings
  }
}

/// The exclusions that were made: one for each hit, and one for the document.
public struct ExcludeReply: Codable, Hashable, Sendable {
  /// `proposed` where `duty.conf` wants a second user.
  public var exclusions: [Exclusion]
  /// The look that this was.
  public var account: LookAccount

  public init(exclusions: [Exclusion], account: LookAccount) {
    self.exclusions = exclusions
    self.account = account
  }
}

/// Exclusions of the purposes that the user may look for.
public struct ExclusionsReply: Codable, Hashable, Sendable {
  /// The newest first.
  public var exclusions: [Exclusion]

  public init(exclusions: [Exclusion]) {
    self.exclusions = exclusions
  }
}

/// The exclusion after the change.
public struct ChangeExclusionReply: Codable, Hashable, Sendable {
  /// With its new state.
  public var exclusion: Exclusion

  public init(exclusion: Exclusion) {
    self.exclusion = exclusion
  }
}
