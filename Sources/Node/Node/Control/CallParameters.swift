public import Varlink

// The names of each request's parameters; those of other requests stand with their models.

extension WithdrawRequest: CallParameters {
  public static let names = ["records", "replicas", "timeout"]
}

extension ShowRequest: CallParameters {
  public static let names = ["entry"]
}

extension TailRequest: CallParameters {
  public static let names = ["position", "fresh", "origin", "follow"]
}
