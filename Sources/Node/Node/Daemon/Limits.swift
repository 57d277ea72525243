/// Every bound of the composed node, with its arithmetic.
public enum NodeLimits {
  /// Nodes on the roster: `peer add` refuses more, and of more cards in `peers/` some are left out.
  /// Twice the 500 peers that a node is made for.
  public static let rosterMembers = 1_024
  /// Records that may wait for the author: 64 requests of at most 4 MiB each.
  static let publishQueue = 64
  /// Publications that wait for the disk or for replicas.
  static let publishWaiting = 1_024
  static let publishQueueBytes = 32 << 20
  /// Fewer entries than this are signed on the loop (25 µs each); more go to the worker threads and
  /// get a checkpoint at once.
  static let signedInline = 16
  /// Entries of one signing job: 64 × 25 µs keep a thread busy for 1.6 ms.
  static let signaturesOfJob = 64
  /// Batches whose signatures are under way: one for each thread that signs, and two that are ready
  /// behind them.
  static let batchesSigned = 4
  static let workerQueue = 256
  /// Output of one session beyond which nothing more is pushed or served to it.
  static let sessionOutputBytes = 1 << 20
  /// Staged bytes beyond which no connection is read until the disk has caught up.
  static let stagedBytes = 32 << 20
  /// A group commit of at most so much is written and synced by the loop itself while the disk is
  /// fast: 64 KiB take 0.1 ms longer than a page.
  static let commitOfLoopBytes = 64 << 10
  /// A slower one holds the loop up: the next ones have a thread until so many in a row were fast.
  static let slowCommitNanoseconds: UInt64 = 2_000_000
  static let fastCommits = 8
  /// Committed data goes to log files in a pause between commits of this length, or after so long.
  static let settleAfterMilliseconds: UInt64 = 20
  static let settleAtLeastMilliseconds: UInt64 = 1_000
  /// One line of each kind that peers cause in this time; and so many kinds are told apart.
  static let lineEveryMilliseconds: UInt64 = 60_000
  static let lineKindsKept = 4_096
  /// The log repeats so often that the disk is still full.
  static let fullDiskReminderMilliseconds: UInt64 = 3_600_000
  /// A passphrase of 1,024 bytes, a mark before it, and line ends after it.
  static let passphraseFileBytes = 1_024 + 3 + 64
  /// 44 characters of Base64 and white space.
  static let presharedKeyFileBytes = 256
  /// How long a stop waits for what is on its way out: SIGTERM ends the node within a second.
  static let stopMilliseconds: UInt64 = 250
  /// How long a session that this node closes may take to hear why; and at a stop, or after its
  /// peer's card or key changed.
  static let lastWordsMilliseconds: UInt64 = 1_000
  static let lastWordsInHasteMilliseconds: UInt64 = 200
  /// How long after a new card of a peer its earlier transport key is nobody's fault: the peer's
  /// dials and those of this node cross.
  static let earlierKeyMilliseconds: UInt64 = 600_000
  static let controlOutputBytes = 16 << 20
  /// After this a dial goes on with the addresses that the name had last.
  static let lookUpMilliseconds: UInt64 = 5_000
  /// Dials under way at once, of one address each: 500 peers of which none answers have had their
  /// turn after 40 s.
  static let dialsAtOnce = 128
  /// How often the names of all peers are looked up for the gate.
  static let sourcesEveryMilliseconds: UInt64 = 300_000
  /// How often the age of the sealing key is looked at.
  static let rotationLookMilliseconds: UInt64 = 3_600_000
  /// How often audiences past their term are looked for.
  static let audienceLookMilliseconds: UInt64 = 3_600_000
  /// While the own grants are read, a piece at each look.
  static let audienceReadingMilliseconds: UInt64 = 1_000
  static let saveVerifiedMilliseconds: UInt64 = 60_000
  /// A backup waits so long for the log files to have what was acknowledged; a busy store writes 1
  /// MiB at a time.
  static let backupWaitsMilliseconds: UInt64 = 30_000
  static let backupLooksEveryMilliseconds: UInt64 = 50
  /// Warnings in `status`: two for each of 500 peers, rounded up; and how long each stays.
  static let warningsKept = 1_024
  static let warningMilliseconds: UInt64 = 86_400_000
  /// Limits of reading for one client before the loop turns to something else: a page of `tail`, a
  /// step of `show`, the feeding of an audience book. One unit of work may go beyond: an entry with
  /// a body of 1 MiB, a grant with every key tried (2 ms). All waiting work shares one such time,
  /// so that a trivial call waits some 10 ms.
  static let entriesOfTurn = 2_048
  static let bytesOfTurn = 1 << 20
  static let nanosecondsOfTurn: UInt64 = 5_000_000
  /// Read from the store at once; entries that do not fit the page are read again.
  static let entriesAtOnce: UInt64 = 256
  static let pageReadBytes = 256 << 10
  /// Control entries that are listed at once, 16 bytes each, and how many of them count as one
  /// entry that was looked at.
  static let controlEntriesAtOnce = 1_024
  static let controlEntriesOfUnit = 64
  /// Grants without a body that are looked at again each time.
  static let missingGrantsAtOnce = 4
  /// Acceptances of groups that are read at the start.
  static let groupFiles = 1_024
  /// Own control entries that are listed at once while history is gathered: a grant is opened in
  /// 0.1 ms.
  static let historyGrantsAtOnce = 64
  /// History entries of one log without a body, 8 bytes each; those behind them are read when some
  /// of these came.
  static let historyMissing = 65_536
  /// Audiences whose grants are read to close one of them.
  static let audiencesTriedToClose = 16
  /// Ranges of entries of one log in which nothing is for this node: 16 bytes each.
  static let barrenRanges = 256
  /// Books of the past (`LogDesk`), 1 MB each at most.
  static let pastBooks = 4
  /// A publish that waits for replicas is answered with what there is after this.
  static let replicasMilliseconds: UInt64 = 60_000
  /// How often it is looked who has waited so long.
  static let replicasEveryMilliseconds: UInt64 = 1_000
  /// New entries whose signatures are verified at once: 256 × 65 µs, 45 % of a processor with the
  /// pause.
  static let verifiedAtOnce = 256
  static let verifyPauseMilliseconds: UInt64 = 20
  /// 17 ms of work in 270: 6 % of a processor. Bytes under a checkpoint are their author's whatever
  /// the entry's own signature says: a defect is found later, and what changes a state is verified
  /// before it does.
  static let verifyPauseWhenBusyMilliseconds: UInt64 = 250
  /// Above this rate, verifying at once would take more than the entries themselves.
  static let entriesASecondOfBusy: UInt64 = 500
  /// One step of a pass: 1.25 MiB/s with the pause, 128 KiB/s when something is caught up or
  /// served. A log of 10^7 entries with bodies of 512 bytes (7.3 GB) takes 1.6 hours, 10 % of a
  /// processor.
  static let scrubStepBytes = 128 << 10
  static let scrubPauseMilliseconds: UInt64 = 100
  static let scrubPauseWhenBusyMilliseconds: UInt64 = 1_000
  /// Proofs of defects of one log that are written: its author can make any number.
  static let defectsKept = 16
  /// A pass begins a day after the last one began, and with each new day of the expiry clock.
  static let scrubEveryMilliseconds: UInt64 = 86_400_000
  /// After a read found damage, a pass looks for what else is damaged; but not sooner after the
  /// last one began: a disk that rots on and on is not read without a rest.
  static let scrubAfterDamageMilliseconds: UInt64 = 600_000
  /// Minutes of running time that a crash loses at most.
  static let saveRunningMinutes: UInt64 = 10
}
