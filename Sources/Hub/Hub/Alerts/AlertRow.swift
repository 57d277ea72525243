/// A row of `alert`.
struct AlertRow: Hashable, Sendable {
  var number: Int64 = 0
  var watch: WatchID
  var revision: Int64
  /// `nl:x`, or an entry where the record has no id.
  var subject: String
  var key: [UInt8]
  var band: Band
  var state: AlertCondition
  var purposes: Int64
  var points: Int64
  /// Rows as JSON; without values once the record is gone.
  var explanation: String
  var sentence: String
  /// The version that was compared last.
  var entry: String
  /// A keyed hash of what is to be done, and whom to call.
  var instruction: [UInt8]
  /// Why it was retracted, or what became of its record after it was closed.
  var why: String?
  /// Unix milliseconds.
  var raised: Int64
  var changed: Int64
  var isEscalated = false
  var taken: String?
  var closed: String?
  /// The right person; nil until it was closed.
  var outcome: Bool?
  var closing: String?
  var matcher: Int64

  /// It was the wrong person: what he does concerns nobody.
  var isDismissed: Bool { state == .closed && outcome == false }

  /// Its reason stands: its record is there, and fits.
  var stands: Bool { state != .retracted && why == nil }
}
