public import Varlink

// The names of each request's parameters; those of other requests stand with their models.

extension WithdrawRequest: CallParameters {
  /// `records` is required.
  public static let names = ["records", "replicas", "timeout"]
}

extension ShowRequest: CallParameters {
  /// `entry` is required.
  public static let names = ["entry", "key"]
}

extension TailRequest: CallParameters {
  /// None is required.
  public static let names = ["position", "fresh", "origin", "follow"]
}
