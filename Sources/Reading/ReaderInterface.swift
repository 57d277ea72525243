/// The interface of the reader socket; a test compares it with `Protocols/org.liaison.Reader.varlink`, byte for byte.
public enum ReaderInterface {
  public static let name = "org.liaison.Reader"

  public static let description = """
    # What this node can read, for a process that gathers it; changes nothing: see Protocols/readability.md.
    interface org.liaison.Reader

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

    # Where a reader is. next: the index that is looked at next in each log, by the log's id, 64 hexadecimal digits; a log
    # that is not named begins at 0. In an answer next names only the logs that moved: the reader keeps the others as they were.
    type Cursor (journal: string, number: int, next: [string]int)

    # One entry as it is now. readable: record is its exact text, or malformed says why what was sealed is no record. Not
    # readable: it and those that follow it, count together (absent: 1), are to be forgotten.
    type Change (
      log: string,
      entry: string,
      count: ?int,
      readable: bool,
      why: string,
      time: ?int,
      expiryDay: ?int,
      record: ?string,
      malformed: ?string,
      disputed: ?bool,
      late: ?bool
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

    # What this node can read and the reader was not told, and what it can read no more; with the flag more, page after page.
    # Without a cursor everything readable is told. complete: nothing that is durable here is left to tell.
    method Changes(cursor: ?Cursor, follow: ?bool) -> (
      changes: []Change,
      cursor: Cursor,
      more: bool,
      complete: bool
    )

    error UnknownEntry (entry: string)
    # the journal does not know this place, or not any more: everything is to be compared, from no cursor
    error UnknownNumber (journal: string, number: int)
    error DiskFailed (reason: string)
    error Busy ()
    error Refused (reason: string, hint: string)

    """
}
