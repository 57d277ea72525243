public import Crypto
public import Log

/// A transport session, numbered by the daemon; numbers are not used again.
public struct SessionID: Hashable, Sendable, Comparable {
  public let value: UInt64
  public init(_ value: UInt64) { self.value = value }
  public static func < (a: SessionID, b: SessionID) -> Bool { a.value < b.value }
}

/// One line of the roster as replication needs it.
public struct Peer: Sendable {
  public let name: NodeName
  /// The logs of this peer, oldest epoch first.
  public let logs: [LogIdentity]
  public let cosigningKey: CosigningPublicKey
  public let rates: PeerRates
  /// The key that opens the epoch after each of its logs: from the cards of it that this node held.
  public let openingKeys: [LogID: OpeningKeyHash]
  /// The log whose card an operator compared by voice last.
  public let compared: LogIdentity?

  public init(
    name: NodeName, logs: [LogIdentity], cosigningKey: CosigningPublicKey,
    rates: PeerRates = PeerRates(), openingKeys: [LogID: OpeningKeyHash] = [:],
    compared: LogIdentity? = nil
  ) {
    self.name = name
    self.logs = logs
    self.cosigningKey = cosigningKey
    self.rates = rates
    self.openingKeys = openingKeys
    self.compared = compared
  }
}

/// The purpose of a session: SYNC-9.
public enum SessionScope: Hashable, Sendable {
  /// Both sides used their present transport keys, as far as this one knows; or this side's was of
  /// its present epoch, and the peer never used a newer one.
  case everything
  /// Openings, and one or both of: the logs of the peer, which it may have lost; and this node's
  /// present log, in which its newest card is.
  case part(ofPeer: Bool, ofOwn: Bool)

  /// This side's key was of an epoch before its present one.
  public static let openings = SessionScope.part(ofPeer: false, ofOwn: false)
  /// The peer's was not its present one.
  public static let givingBack = SessionScope.part(ofPeer: true, ofOwn: false)

  /// Which of the node's own transport keys a session is made with.
  public enum OwnKey: Sendable {
    case present
    /// One of the present epoch, and the peer never used a newer one; or it did.
    case rotated(isNewestUsed: Bool)
    case ofEarlierEpoch
  }

  /// Protocols/transport.md, TRN-27.
  /// - Parameter isPeersPresent: the peer's key is in its newest card that is known here.
  public init(_ own: OwnKey, isPeersPresent: Bool) {
    switch own {
    case .present: self = isPeersPresent ? .everything : .givingBack
    case .rotated(let isNewestUsed):
      self =
        isPeersPresent && isNewestUsed
        ? .everything : .part(ofPeer: !isPeersPresent, ofOwn: true)
    case .ofEarlierEpoch: self = .openings
    }
  }
}

/// A session before its first message.
public struct SessionOpening: Sendable {
  public let id: SessionID
  public let peer: NodeName
  /// The same on both sides, and in no other session.
  public let handshakeHash: Digest
  public let weInitiated: Bool
  /// True when the initiator of this session has the lower transport key of the two.
  public let initiatorHasLowerKey: Bool
  public let scope: SessionScope

  public init(
    id: SessionID, peer: NodeName, handshakeHash: Digest, weInitiated: Bool,
    initiatorHasLowerKey: Bool, scope: SessionScope = .everything
  ) {
    self.id = id
    self.peer = peer
    self.handshakeHash = handshakeHash
    self.weInitiated = weInitiated
    self.initiatorHasLowerKey = initiatorHasLowerKey
    self.scope = scope
  }
}

/// An input of the core. Time is an argument of `step`, in milliseconds of a monotonic clock.
public enum Input: Sendable {
  case opened(SessionOpening)
  case message(SessionID, [UInt8])
  /// How long the message before this, on that session, took by the host's measure: given after
  /// each, and after each `congested` false.
  case took(SessionID, microseconds: UInt64)
  /// The time that records of that session took which brought no message.
  case idled(SessionID, microseconds: UInt64)
  case closed(SessionID)
  /// The connection's output queue passed its limit, or drained below it.
  case congested(SessionID, Bool)
  /// The roster changed. Logs of peers no longer on it are carried on, and listed to nobody new.
  case roster([Peer])
  /// A log's newest durable head: own entries and received ones alike.
  case durable(LogID, LogHead)
  /// The author signed a checkpoint of its own log; its entries are staged or durable.
  case checkpointed(VerifiedCheckpoint)
  /// The store did not take what `append` gave it.
  case refused(LogID, String)
  /// The cosignature asked for by `cosign`, and the key that made it.
  case cosigned(LogID, VerifiedCheckpoint, Cosignature, CosigningPublicKey)
  /// The node has a new cosigning key: CKP-26.
  case cosignsAnew
  /// The operator ends the wait for peers.
  case release
  /// The operator brings an opening as a file; what the card held here does not authorise changes
  /// nothing.
  case imported(HeldOpening)
  /// Nothing more is to be signed in this epoch: the node found the reason.
  case close(because: String)
  /// The parts of a log to be fetched again, ascending: the whole list, in place of the last.
  case damaged(LogID, [Range<UInt64>])
  /// That peer's entries for `mend` were wrong.
  case mendRefused(LogID, NodeName)
  /// The store has what `replace` gave it; or cannot have it now.
  case replaced(LogID)
  case replaceRefused(LogID)
  /// The log is at its limit: nothing of it is pulled or taken until false.
  case limited(LogID, Bool)
  case tick

  var isTick: Bool { if case .tick = self { true } else { false } }
}

/// An action that the core wants done, in this order.
public enum Effect: Sendable {
  case send(SessionID, [UInt8])
  case close(SessionID, CloseReason)
  /// Read nothing from this session's connection before that time: its peer is over a rate, and TCP
  /// holds it back.
  case hold(SessionID, until: UInt64)
  /// Answers may go on: give `congested` false once the connection's queue has room.
  case relieve(SessionID)
  /// Stage these entries; `durable` answers. `bulk` tells that they are catch-up.
  case append(VerifiedBatch, bulk: Bool)
  case keepCheckpoint(VerifiedCheckpoint)
  case keepCosignature(LogID, VerifiedCheckpoint, Cosignature)
  /// Sign this checkpoint of another's log; `cosigned` answers.
  case cosign(VerifiedCheckpoint)
  case keepEvidence(LogID, AuthorFault)
  /// Two statements of one log key that contradict each other: kept, and the log frozen where it
  /// says.
  case keepProof(ForkProof)
  /// Entries asked for because they are damaged or absent here; nothing in them is verified.
  case mend(LogID, EntryBatch, from: NodeName)
  /// Other signatures of entries that are here; `replaced` answers.
  case replace(LeafReplacement)
  /// Nothing from this index on is accepted.
  case freeze(LogID, at: UInt64)
  /// A second, different opening after an epoch: evidence.
  case keepOpening(Opening)
  /// A node's next epoch: its genesis goes to the store, its card takes the place of the last.
  case follow(Opening)
  case event(Event)
}

/// The reason why the core ends a session.
public enum CloseReason: String, Sendable {
  case malformed, version, drift, silent, replaced, aged, unread, failures, secondCopy, credit,
    protocolOrder
}

/// News for an operator or a counter.
public enum Event: Sendable, Equatable {
  case sessionReady(NodeName)
  case malformed(NodeName, String)
  case secondCopy(NodeName)
  case disputed(LogID, NodeName, size: UInt64)
  case contradiction(LogID, size: UInt64)
  case frozen(LogID, at: UInt64)
  case caughtUp(LogID, size: UInt64)
  case stalled(LogID, NodeName)
  /// A peer gave us entries of our own log, verified, that we did not have: this is an old copy.
  case ownEntriesFrom(NodeName, size: UInt64)
  case peerHead(NodeName, LogID, size: UInt64)
  /// Each change of `Replicator.signing`.
  case signing(SigningState)
  /// That peer says that another copy of this node is alive.
  case anotherCopy(NodeName)
  /// Every connected peer that shares the log was asked for these entries, and none had them.
  case unrepairable(LogID, Range<UInt64>, asked: [NodeName])
  /// That peer sent a next epoch that is not taken: the card held here does not authorise it, it is
  /// a third one, or a later epoch is followed.
  case openingRefused(after: LogID, from: NodeName)
  /// A second, different opening by the same key follows this log: the epoch is contested.
  case secondOpening(LogID)
  /// An epoch of our own name that this folder does not have.
  case openedElsewhere(Opening)
  /// This part of what the peer sends is left unread for so long: it took time, and nothing came of
  /// it.
  case unread(NodeName, UnreadPart, milliseconds: UInt64)
  case count(Counter)
}

/// Failures that are counted and nothing more. The raw value is the counter's name in `status`.
public enum Counter: String, Sendable, CaseIterable {
  case messagesMalformed = "sync.malformed"
  case chunksFailed = "sync.chunks-failed"
  /// Chunks that are the author's, or may be, and do not fit what is here.
  case chunksDiffer = "sync.chunks-differ"
  /// Entries for which a checkpoint of their author is missing.
  case checkpointsMissing = "sync.checkpoints-missing"
  case messagesUnread = "sync.unread"
  case logsUnread = "sync.logs-unread"
  case authorsUnread = "sync.authors-unread"
  case peersUnread = "sync.peers-unread"
  case chunksUnasked = "sync.chunks-unasked"
  case chunksAskedInFull = "sync.chunks-in-full"
  case pushesDuplicate = "sync.pushes-duplicate"
  case pushesAhead = "sync.pushes-ahead"
  case pullsBusy = "sync.pulls-busy"
  case pullsStalled = "sync.pulls-stalled"
  case piecesMoved = "sync.pieces-moved"
  case checkpointsBad = "sync.checkpoints-bad"
  case cosignaturesBad = "sync.cosignatures-bad"
  case cosignaturesUnknown = "sync.cosignatures-unknown"
  case headsDisputed = "sync.heads-disputed"
  case faults = "sync.author-faults"
  case readsFailed = "sync.reads-failed"
  case drifts = "sync.drifts"
  case claimsDropped = "sync.claims-dropped"
  case entriesBad = "sync.entries-bad"
  case forks = "sync.forks"
  case proofsBad = "sync.proofs-bad"
  case probesBad = "sync.probes-bad"
  case leavesReplaced = "sync.leaves-replaced"
  case openingsRefused = "sync.openings-refused"
  case pushesLimited = "sync.pushes-limited"
  case pushesEnded = "sync.pushes-ended"
  case heldReceived = "rates.held-received"
  case heldMessages = "rates.held-messages"
  case heldAnswers = "rates.held-answers"
  case heldAnswering = "rates.held-answering"
  case heldPushes = "rates.held-pushes"
}

/// The logs as the core reads them; the store answers at once. Everything below `durableHead` is
/// fit to be served.
public protocol LogReader: AnyObject {
  /// The newest accepted state, staged or durable; nil when the log is not kept here.
  func state(of log: LogID) -> LogState?
  func durableHead(of log: LogID) -> LogHead
  func read(_ log: LogID, _ range: Range<UInt64>, maximumBytes: Int) throws(ReadFailure)
    -> EntryBatch
  func leafHash(_ log: LogID, at index: UInt64) throws(ReadFailure) -> Digest
  func root(_ log: LogID, size: UInt64) throws(ReadFailure) -> Digest
  func tree(_ log: LogID, size: UInt64) throws(ReadFailure) -> CompactTree
  func consistencyProof(_ log: LogID, from: UInt64, to: UInt64) throws(ReadFailure) -> [Digest]
  func inclusionProof(_ log: LogID, index: UInt64, size: UInt64) throws(ReadFailure) -> [Digest]
  func newestDurableCheckpoint(of log: LogID) -> VerifiedCheckpoint?
  /// A kept checkpoint that the tree here contradicts.
  func contradiction(of log: LogID) -> VerifiedCheckpoint?
  /// True when every body below `size` is here, or is lawfully not.
  func isWhole(_ log: LogID, below size: UInt64) -> Bool
}

/// Our own disk did not give what it holds.
public struct ReadFailure: Error, Sendable {
  public let reason: String
  public init(_ reason: String) { self.reason = reason }
}
