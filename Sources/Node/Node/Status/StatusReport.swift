/// `org.liaison.Node.Status`, and what `liaison status --json` prints (Protocols/control.md, 5).
public struct StatusReport: Codable, Hashable, Sendable {
  /// This node's name.
  public var node: String
  /// All that it keeps, those of earlier epochs too.
  public var logs: [LogReport]
  /// The roster, by name.
  public var peers: [PeerReport]
  /// The state of signing: `ready`, `waiting` (for its peers' answers), `paused` (the token cannot
  /// be written), `closed` (in this epoch), `full` (disk) or `failed` (disk).
  public var signing: String
  /// Why `signing` is not `ready`.
  public var signingWhy: String?
  /// The remedy, in words.
  public var signingHelp: String?
  /// The peers whose answers signing waits for.
  public var waitingFor: [String]
  /// Since when signing waits, Unix ms.
  public var waitingSince: Int64?
  /// Matters that an operator must look into: two copies of a node, two openings of an epoch.
  public var warnings: [String]
  /// Where the pass over everything that is stored stands.
  public var scrub: ScrubReport
  /// The daemon's release.
  public var version: String
  /// Unix time in ms.
  public var startedAt: Int64
  /// Counters by name; they only grow.
  public var counters: [String: UInt64]

  /// The defaults say that there is nothing to tell.
  public init(
    node: String, logs: [LogReport] = [], peers: [PeerReport] = [], signing: String = "ready",
    signingWhy: String? = nil, signingHelp: String? = nil, waitingFor: [String] = [],
    waitingSince: Int64? = nil, warnings: [String] = [], scrub: ScrubReport = ScrubReport(),
    version: String = "",
    startedAt: Int64 = 0,
    counters: [String: UInt64] = [:]
  ) {
    self.node = node
    self.logs = logs
    self.peers = peers
    self.signing = signing
    self.signingWhy = signingWhy
    self.signingHelp = signingHelp
    self.waitingFor = waitingFor
    self.waitingSince = waitingSince
    self.warnings = warnings
    self.scrub = scrub
    self.version = version
    self.startedAt = startedAt
    self.counters = counters
  }
}

/// One log that this node keeps.
public struct LogReport: Codable, Hashable, Sendable {
  /// `nl/1`
  public var origin: String
  /// Log id, 64 hexadecimal digits.
  public var id: String
  /// Entries that are durable here.
  public var size: UInt64
  /// RFC 6962 root over them, standard Base64.
  public var root: String
  /// Nodes whose cosignature over the newest checkpoint they sent is held, by name.
  public var cosignatures: [String]
  /// This node signs it: its log of the present epoch.
  public var own: Bool
  /// Size of the newest checkpoint held, 0 without one.
  public var checkpointSize: UInt64
  /// Entries another node showed that are not here yet.
  public var missingEntries: UInt64
  /// Bytes in its files, without bodies that were removed. They count towards `limitBytes`.
  public var bytes: UInt64
  /// How large it may become: `max-bytes` of its node, or a share of the disk; absent: as large as
  /// a log can be.
  public var limitBytes: UInt64?
  /// The space of its files on the disk.
  public var space: LogSpace
  /// Entries whose own signature was verified; the rest stand under a checkpoint.
  public var verifiedEntries: UInt64
  /// Entries that the present pass of the scrub is done with; between passes, the last one.
  public var scrubbedEntries: UInt64
  /// Entries with a bad signature, which are their author's doing.
  public var defects: UInt64
  /// Entries that are damaged here, or lack a body that should be here: `5`, `7 to 9`. Asked for
  /// from peers.
  public var damaged: [String]
  /// Those of them that no connected peer holds.
  public var lost: [String]
  /// Entries that are not handed out until withdrawals that may name them could be read.
  public var undecided: [String]
  /// A fork proof is held for this log.
  public var disputed: Bool
  /// The log is frozen at this index.
  public var frozenAt: UInt64?
  /// The size at which the next epoch says that this one ended; what is above is late.
  public var endsAt: UInt64?
  /// Files in `faults/` that speak of this log: fork proofs, faults, defects, second openings.
  public var evidence: [String]
  /// The operator's next step when the log is frozen.
  public var help: String?
  /// Members of the roster that cosigned entries of a frozen log before the fork was proven, by
  /// name; and the most entries that one of them cosigned.
  public var witnesses: [String]?
  /// Absent as `witnesses` is.
  public var witnessedSize: UInt64?
  /// The progress of fetching what is missing; absent when nothing is.
  public var catchUp: CatchUpReport?
  /// Connected peers that showed anything of it, by name.
  public var carriers: [String]
  /// The newest anchor of a hub; absent: there is none.
  public var anchor: AnchorReport?
  /// Why it stands where it stands, when that is not obvious: `frozen`, `disputed`, `ended at 17`,
  /// `limit reached` with the limit, `no route` (no connected peer carries it).
  public var why: String?

  /// The defaults say that there is nothing to tell.
  public init(
    origin: String, id: String, size: UInt64, root: String, cosignatures: [String], own: Bool,
    checkpointSize: UInt64 = 0, missingEntries: UInt64 = 0, bytes: UInt64 = 0,
    limitBytes: UInt64? = nil,
    space: LogSpace = LogSpace(), verifiedEntries: UInt64 = 0, scrubbedEntries: UInt64 = 0,
    defects: UInt64 = 0, damaged: [String] = [], lost: [String] = [],
    undecided: [String] = [], disputed: Bool = false, frozenAt: UInt64? = nil,
    endsAt: UInt64? = nil, evidence: [String] = [],
    help: String? = nil, witnesses: [String]? = nil, witnessedSize: UInt64? = nil,
    catchUp: CatchUpReport? = nil, carriers: [String] = [], anchor: AnchorReport? = nil,
    why: String? = nil
  ) {
    self.origin = origin
    self.id = id
    self.size = size
    self.root = root
    self.cosignatures = cosignatures
    self.own = own
    self.checkpointSize = checkpointSize
    self.missingEntries = missingEntries
    self.bytes = bytes
    self.limitBytes = limitBytes
    self.space = space
    self.verifiedEntries = verifiedEntries
    self.scrubbedEntries = scrubbedEntries
    self.defects = defects
    self.damaged = damaged
    self.lost = lost
    self.undecided = undecided
    self.disputed = disputed
    self.frozenAt = frozenAt
    self.endsAt = endsAt
    self.evidence = evidence
    self.help = help
    self.witnesses = witnesses
    self.witnessedSize = witnessedSize
    self.catchUp = catchUp
    self.carriers = carriers
    self.anchor = anchor
    self.why = why
  }
}

/// The newest anchor of a hub in a log (Protocols/hub.md, HUB-68 and 69).
public struct AnchorReport: Codable, Hashable, Sendable {
  /// The entry in the log that it is told with.
  public var index: UInt64
  /// Unix ms, the author's claim.
  public var time: UInt64
  /// The id of what it anchors, 64 hexadecimal digits.
  public var log: String
  /// Seconds without an anchor that could have come; absent while that is no longer than usual.
  public var overdueSeconds: UInt64?

  /// - Parameter overdueSeconds: nil while it is not overdue.
  public init(index: UInt64, time: UInt64, log: String, overdueSeconds: UInt64? = nil) {
    self.index = index
    self.time = time
    self.log = log
    self.overdueSeconds = overdueSeconds
  }
}

/// One node on the roster.
public struct PeerReport: Codable, Hashable, Sendable {
  /// By its card.
  public var name: String
  /// `connected`, `connecting`, `disconnected` or `known` (no address, not connected).
  public var state: String
  /// Entries of any log that this node stores and the peer does not, by what it last showed; absent
  /// while it has shown nothing yet.
  public var lagEntries: UInt64?
  /// Seconds that the peer has been behind, 0 when it is not; absent with `lagEntries`.
  public var lagSeconds: UInt64?
  /// `HOST:PORT` that is dialled; absent: it is not.
  public var address: String?
  /// Unix time in ms of the last change of `state`.
  public var since: Int64?
  /// Why it is not connected, or why it lags.
  public var why: String?
  /// Bytes of the present session, or of the last one.
  public var bytesIn: UInt64
  /// As `bytesIn`.
  public var bytesOut: UInt64
  /// Traffic that its rates have held back since the start.
  public var held: [HeldRateReport]
  /// The serial of its card.
  public var serial: UInt64?
  /// Unix ms: the time that the entry with that card claims; absent: the entry is not here.
  public var keysSince: Int64?

  /// The defaults say that there is nothing to tell.
  public init(
    name: String, state: String, lagEntries: UInt64? = nil, lagSeconds: UInt64? = nil,
    address: String? = nil, since: Int64? = nil, why: String? = nil, bytesIn: UInt64 = 0,
    bytesOut: UInt64 = 0, held: [HeldRateReport] = []
  ) {
    self.name = name
    self.state = state
    self.lagEntries = lagEntries
    self.lagSeconds = lagSeconds
    self.address = address
    self.since = since
    self.why = why
    self.bytesIn = bytesIn
    self.bytesOut = bytesOut
    self.held = held
  }
}
