import Anchoring

/// The calls that the anchor socket makes to the node, on the loop's thread.
protocol AnchorService: AnyObject {
  var version: String { get }

  /// Answers when the entry is durable; exactly once, on the same thread, whether or not the client
  /// is still there.
  func anchor(
    _ request: AnchorRequest, reply: @escaping (Result<AnchorReply, AnchorFailure>) -> Void)

  /// Counts input on the anchor socket that no varlink client sends, and logs why.
  func anchorInputRefused(_ reason: String)
}
