internal import Crypto
internal import Log

/// Further questions to the audit of a log (Protocols/audit.md, 9).
struct LogQuestions: Sendable {
  /// Anchors are kept.
  var collectsAnchors = false
  /// Roots at these sizes are kept, in ascending order.
  var sizes: [UInt64] = []
}

/// An anchor of a log, its body whole.
struct FoundAnchor: Sendable {
  let index: UInt64
  /// Unix ms, the author's claim.
  let time: UInt64
  let anchor: Anchor
}
