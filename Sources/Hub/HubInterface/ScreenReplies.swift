public struct ScreenReply: Codable, Hashable, Sendable {
  public var list: Int
  public var results: [PassengerResult]
  public var account: LookAccount

  public init(list: Int, results: [PassengerResult], account: LookAccount) {
    self.list = list
    self.results = results
    self.account = account
  }
}

public struct FinishListReply: Codable, Hashable, Sendable {
  public var screening: Screening
  /// Hits of the last list of this flight that this one lacks.
  public var gone: Int

  public init(screening: Screening, gone: Int) {
    self.screening = screening
    self.gone = gone
  }
}

public struct ScreeningsReply: Codable, Hashable, Sendable {
  public var screenings: [Screening]

  public init(screenings: [Screening]) {
    self.screenings = screenings
  }
}

public struct ExcludeReply: Codable, Hashable, Sendable {
  public var exclusions: [Exclusion]
  public var account: LookAccount

  public init(exclusions: [Exclusion], account: LookAccount) {
    self.exclusions = exclusions
    self.account = account
  }
}

public struct ExclusionsReply: Codable, Hashable, Sendable {
  public var exclusions: [Exclusion]

  public init(exclusions: [Exclusion]) {
    self.exclusions = exclusions
  }
}

public struct ChangeExclusionReply: Codable, Hashable, Sendable {
  public var exclusion: Exclusion

  public init(exclusion: Exclusion) {
    self.exclusion = exclusion
  }
}
