/// The interface that `GetInterfaceDescription` answers with; a test compares it with
/// `Protocols/org.liaison.varlink`, byte for byte.
enum ControlInterface {
  static let name = "org.liaison.Node"
  static let description = """
    # Control of one Liaison node: see Protocols/control.md.
    interface org.liaison.Node

    # lengths of files, and the space that they take on the disk
    type Space (bytes: int, allocatedBytes: int)

    # by kind of file; purgedBytes of bodies that were withdrawn or expired
    type LogSpace (
      entries: Space,
      hashes: Space,
      nodes: Space,
      index: Space,
      bodies: Space,
      checkpoints: Space,
      cosignatures: Space,
      control: Space,
      total: Space,
      purgedBytes: int
    )

    type DiskLog (origin: string, space: LogSpace)

    # coverage, backlog and age of the scrub; expiryTime in seconds
    type ScrubState (
      entries: int,
      scrubbedEntries: int,
      unverifiedEntries: int,
      passStartedAt: ?int,
      lastStartedAt: ?int,
      lastEndedAt: ?int,
      damageFound: int,
      damageMended: int,
      expiryTime: int
    )

    # progress of a log that lacks entries; total is the word of a peer
    type CatchUp (
      held: int,
      total: int,
      entriesPerSecond: int,
      secondsLeft: ?int,
      sources: int
    )

    # the newest anchor of a hub in a log; log: the id of what it anchors
    type Anchor (index: int, time: int, log: string, overdueSeconds: ?int)

    type Log (
      origin: string,
      id: string,
      size: int,
      root: string,
      cosignatures: []string,
      own: bool,
      checkpointSize: int,
      missingEntries: int,
      bytes: int,
      limitBytes: ?int,
      space: LogSpace,
      verifiedEntries: int,
      scrubbedEntries: int,
      defects: int,
      damaged: []string,
      lost: []string,
      undecided: []string,
      disputed: bool,
      frozenAt: ?int,
      endsAt: ?int,
      evidence: []string,
      help: ?string,
      witnesses: ?[]string,
      witnessedSize: ?int,
      catchUp: ?CatchUp,
      carriers: []string,
      anchor: ?Anchor,
      why: ?string
    )

    # what one rate of a peer has held back
    type HeldRate (rate: string, perSecond: int, times: int, holding: bool)

    type Peer (
      name: string,
      state: string,
      lagEntries: ?int,
      lagSeconds: ?int,
      address: ?string,
      since: ?int,
      why: ?string,
      bytesIn: int,
      bytesOut: int,
      held: []HeldRate
    )

    # count entries of log origin, from index first on
    type Run (origin: string, first: int, count: int)

    # the next index to look at in each log, by origin
    type Position (next: [string]int)

    # record, or malformed: why what was sealed is no record
    type Event (
      entry: string,
      time: int,
      record: ?string,
      malformed: ?string,
      disputed: ?bool,
      late: ?bool
    )

    # what a copy holds of one log
    type Copied (origin: string, size: int)

    # a peer shows more of an epoch than is here, and has not delivered it
    type EpochClaim (peer: string, size: int)

    # one epoch of this node's own name
    type Epoch (
      origin: string,
      id: string,
      size: int,
      leafHash: string,
      root: string,
      opening: string,
      claims: []EpochClaim
    )

    # who has what, how far behind, since when, why
    method Status() -> (
      node: string,
      logs: []Log,
      peers: []Peer,
      signing: string,
      signingWhy: ?string,
      signingHelp: ?string,
      waitingFor: []string,
      waitingSince: ?int,
      warnings: []string,
      scrub: ScrubState,
      version: string,
      startedAt: int,
      counters: [string]int
    )

    method Peers() -> (peers: []Peer)

    # answers when the entries are durable here, and stored by that many peers
    method Publish(
      to: []string,
      records: []string,
      replicas: ?int,
      timeout: ?int,
      expiryDay: ?int
    ) -> (
      entries: []Run,
      leftOut: ?[]string,
      contested: ?[]string,
      withoutPresharedKey: ?[]string
    )

    # has everybody delete the bodies of own records, nl/1/5; cannot be undone
    method Withdraw(records: []string, replicas: ?int, timeout: ?int) -> (entries: []Run)

    # what is stored, by log and kind
    method Disk() -> (logs: []DiskLog, journals: Space, reserve: Space)

    # begins a pass of the scrub now
    method Scrub() -> (
      entries: int,
      scrubbedEntries: int,
      unverifiedEntries: int,
      passStartedAt: ?int,
      lastStartedAt: ?int,
      lastEndedAt: ?int,
      damageFound: int,
      damageMended: int,
      expiryTime: int
    )

    # one entry, nl/1/17
    method Show(entry: string) -> (
      entry: string,
      log: string,
      time: int,
      kind: string,
      kindNumber: int,
      suite: int,
      expiryDay: int,
      bodyBytes: int,
      audienceTag: string,
      previous: string,
      bodyHash: string,
      leafHash: string,
      signature: string,
      disputed: bool,
      late: bool,
      witnesses: ?[]string,
      rosterSize: ?int,
      opening: string,
      audience: ?[]string,
      record: ?string,
      text: ?string,
      why: ?string
    )

    # records this node can open; with the flag more, page after page
    method Tail(position: ?Position, fresh: ?bool, origin: ?string, follow: ?bool) -> (
      events: []Event,
      position: Position,
      more: bool
    )

    # reads the roster again
    method Reload() -> (
      added: []string,
      removed: []string,
      changed: []string,
      problems: []string
    )

    # ends the wait for peers' answers after a start
    method ReleaseSigning() -> (waitedFor: []string)

    # copies the node without its secrets into a new folder
    method Backup(folder: string) -> (logs: []Copied, problems: []string, problemCount: int)

    # what opening the next epoch has to know
    method Epochs(endsAt: ?int) -> (
      own: string,
      answered: []string,
      unanswered: []string,
      epochs: []Epoch
    )

    # signs from now on in the epoch that was prepared in the data folder
    method AdoptEpoch(origin: string, endsAt: ?int) -> (origin: string)

    # takes the opening of a partner's next epoch, Base64 of genesis leaf and body
    method ImportOpening(opening: string) -> (origin: string, contested: bool)

    error UnknownEntry (entry: string)
    error UnknownNode (name: string)
    error ClosedHere (reason: string)
    error Waiting (peers: []string)
    error EpochMoved (origin: string)
    error DiskFull ()
    error DiskFailed (reason: string)
    error RecordRefused (line: int, reason: string, hint: string)
    error NotReplicated (entries: []Run, stored: int, wanted: int)
    error Busy ()
    error Refused (reason: string, hint: string)

    """
}
