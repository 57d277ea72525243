/// Names of the files in the hub's own folder.
struct HubFolder: Hashable, Sendable {
  let root: String

  init(_ root: String) { self.root = root }

  /// Derived: can be removed, and is made anew.
  var facts: String { root + "/facts.db" }
  /// Cases and judgements, which are not derived.
  var desk: String { root + "/desk.db" }
  /// The consultation log, which is not derived.
  var consultations: String { root + "/consultations" }
  /// Nonces of the consultation log of one epoch: what its anchors hide.
  func anchors(_ epoch: UInt32) -> String { "\(root)/looks.\(epoch).anchors" }
  /// Watches, alerts and exclusions, which are not derived.
  var alerts: String { root + "/alerts.db" }
  var alertKey: String { root + "/alerts.key" }
  /// How alerts are handled.
  var duty: String { root + "/duty.conf" }
  var users: String { root + "/users.conf" }
  var socket: String { root + "/hub.socket" }
  var lock: String { root + "/lock" }
}
