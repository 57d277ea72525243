import Log
import Replication
import Store

/// A mistake planted around the shipped code, to see that a campaign finds it: one at least for
/// each thing that is checked.
public enum NetworkBug: String, CaseIterable, Sendable {
  /// A batch is reported as done before it is: entries that were acknowledged are lost.
  case answersEarly = "answers-early"
  /// A batch is reported as done twice.
  case answersTwice = "answers-twice"
  /// A node announces one entry more than it has.
  case announcesMore = "announces-more"
  /// A node announces less than it did.
  case announcesLess = "announces-less"
  /// After a crash the folder is an older copy, and nobody knows.
  case startsFromCopy = "starts-from-copy"
  /// The token is not asked: a node signs an index twice.
  case ignoresToken = "ignores-token"
  /// A disk has one bit that is another in the end.
  case rotsUnseen = "rots-unseen"
  /// A log is frozen without a proof.
  case freezes = "freezes"
  /// Cores are not told that their output waits.
  case neverCongested = "never-congested"
  /// Nodes announce again and again what they have.
  case neverQuiet = "never-quiet"
  /// The running time of one node stands still: what was withdrawn stays on its disk.
  case neverErases = "never-erases"
  /// Pulls are lost.
  case losesPulls = "loses-pulls"
  /// Messages that show a fork are not passed on.
  case hidesForks = "hides-forks"
  /// Next epochs are not passed on: two nodes conclude differently of an author that opened two.
  case hidesOpenings = "hides-openings"
  /// A connection that is lost is not dialled again.
  case dialsOnce = "dials-once"
  /// Journals are not filled with zeros: they hold bodies that a receipt calls erased.
  case skipsWipes = "skips-wipes"
  /// Who may seal to a group is asked for once: an author that read a removal ignores it.
  case sealsToRemoved = "seals-to-removed"
  /// A key of history is used without comparing it with the grant that it is said to be of.
  case opensWrongHistory = "opens-wrong-history"

  /// The foe without which it does not show, or not within some hundred runs.
  var foe: FoeKind? {
    switch self {
    case .neverCongested: .floodOfPulls
    case .hidesForks: .twin
    case .hidesOpenings: .twoOpenings
    case .opensWrongHistory: .falseHistory
    default: nil
    }
  }

  /// The journals without which it does not show; nil: any.
  var journals: NetworkStarts.Size? { self == .skipsWipes ? .roomy : nil }

  var ofDisk: DiskBug? {
    switch self {
    case .answersEarly: .answersEarly
    case .answersTwice: .answersTwice
    case .skipsWipes: .skipsWipes
    default: nil
    }
  }

  func makeMask() -> (any Mask)? {
    switch self {
    case .announcesMore, .announcesLess, .neverQuiet, .losesPulls, .hidesForks, .hidesOpenings:
      CarelessMask(self)
    default: nil
    }
  }

  /// When all have everything, and before it is looked at.
  func plantAtEnd(_ run: NetworkRun) throws(Violation) {
    guard let process = run.honest.first?.process else { return }
    switch self {
    case .rotsUnseen:
      process.disk.flip(.log(process.identity.id, .entries), at: 60)
    case .freezes:
      try must("a freeze") { try process.store.freeze(process.identity.id, at: 1_000) }
    default: break
    }
  }
}

/// An honest node that says something wrong.
private final class CarelessMask: Mask {
  let bug: NetworkBug
  let isFoe = false
  private var heads: [SessionID: [UInt8]] = [:]

  init(_ bug: NetworkBug) { self.bug = bug }

  func closed(_ session: SessionID) { heads[session] = nil }

  func outgoing(_ message: [UInt8], to peer: NodeName, on session: SessionID, _ ways: FoeWays)
    -> [[UInt8]]
  {
    switch SyncMessage(message) {
    case .pull where bug == .losesPulls: return []
    case .opening where bug == .hidesOpenings: return []
    case .proof, .entry, .exhibit: return bug == .hidesForks ? [] : [message]
    case .heads(var all) where !all.isEmpty:
      heads[session] = message
      if bug == .announcesMore {
        all[0].size += 1
        return [SyncMessage.heads(all).bytes]
      }
      guard bug == .announcesLess, all[0].size > 1 else { return [message] }
      all[0].size -= 1
      return [message, SyncMessage.heads(all).bytes]
    default: return [message]
    }
  }

  func tick(_ ways: FoeWays) throws(Violation) {
    guard bug == .neverQuiet else { return }
    for (session, _) in ways.sessions {
      guard let message = heads[session], let process = ways.process else { continue }
      for _ in 0..<8 {
        try ways.world.observer.sent?(process, session, message)
        try ways.send(message, on: session)
      }
    }
  }
}
