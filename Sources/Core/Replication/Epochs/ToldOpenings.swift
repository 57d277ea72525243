/// Openings after one log on a session.
struct ToldOpenings {
  /// Genesis leaves that both sides know of.
  var known: [[UInt8]] = []
  /// How many were received.
  var seen = 0
}
