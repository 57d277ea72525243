public import Varlink

/// Makes the facts anew.
public struct RebuildRequest: Codable, Hashable, Sendable, CallParameters {
  /// None is required.
  public static let names = ["lose"]

  /// So many records that only this hub has are lost (HUB-15).
  public var lose: Int?

  public init(lose: Int? = nil) {
    self.lose = lose
  }
}
