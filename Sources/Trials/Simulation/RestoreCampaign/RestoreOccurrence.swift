/// The cases that a campaign of restores must reach, each by its name.
public enum RestoreOccurrence: String, CaseIterable, Sendable {
  // Cases that were made of the node.
  case plainRestart = "case: a restart with the folder as it was"
  case tokenKept = "case: an old folder, the token kept"
  case tokenLost = "case: an old folder, the token lost"
  case tokenRolledBack = "case: an old folder and its old token"
  case twinWithToken = "case: two live copies, the token copied too"
  case twinWithoutToken = "case: two live copies, one without a token"
  case notStale = "copy: nothing was signed after it"
  case stale = "copy: it lacks own entries"
  case peersHoldMore = "copy: a peer stored own entries that it lacks"
  case nobodyHoldsMore = "copy: nobody stored the own entries that it lacks"
  case stoppedCleanly = "end of the old one: a clean stop"
  case crashed = "end of the old one: a crash"
  case noPeerReachable = "after it: no peer is reachable at first"
  case somePeersReachable = "after it: some peers are reachable at first"
  case allPeersReachable = "after it: all peers are reachable at first"
  case peersRestart = "after it: a peer restarts as well"
  case released = "after it: the operator ends the wait"

  // Outcomes.
  case waited = "signing: it waited for peers and went on"
  case closedByToken = "signing: closed at the start by the token"
  case closedByPeers = "signing: closed by what peers hold"
  case refused = "signing: a wish to publish has to wait"
  case sameEpoch = "end: publishes again in the same epoch"
  case nextEpoch = "end: publishes again in the next epoch"
  case entriesBack = "end: own entries came back from peers"
  case lateEntries = "end: entries above the cited size stay where they are"
  case copyNoticed = "copies: a peer tells that another copy is alive"
  case secondCopyRefused = "copies: a peer refuses the second copy"

  // The limit that design 10 states.
  case forkRolledBack = "limit: a fork, folder and token rolled back together"
  case forkCopied = "limit: a fork, folder and token copied together"
  case forkLagging = "limit: a fork, the copy younger than the token's last second"
  case forkReleased = "limit: a fork, after the operator ended the wait"
  case forkProven = "limit: such a fork proven"
}
