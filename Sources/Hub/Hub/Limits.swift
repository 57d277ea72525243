/// Every limit of the hub, with its arithmetic (Protocols/hub.md, 8).
enum HubLimits {
  /// Clients at once: a desk has some ten officers, each with a tool or two.
  static let clients = 64
  /// One question: 64 records of `match`, each at most 64 KiB, escaped at worst twice as long.
  static let messageBytes = 8 << 20
  static let pipelinedBytes = 64 << 10
  /// Output that a client does not take: one answer of the longest kind, twice.
  static let outputBytes = 32 << 20

  /// No log has more (Protocols/store.md, 9).
  static let entriesOfLog: UInt64 = 1 << 40

  /// Members of one grant, its author among them (Protocols/sealing.md, 7).
  static let membersOfGrant = 512

  /// Letters of a question in words.
  static let questionBytes = 4_096
  static let reasonBytes = 1_024
  /// Hits in one answer, and what is asked for when nobody says.
  static let hits = 200
  static let usualHits = 20
  /// Candidates that are compared for one name.
  static let candidates = 50
  /// Records found by one identifier or one word that are looked at: more are counted.
  static let rowsPerQuestion = 2_000
  /// Rows that one question looks at in all, on its way from record to record too: a record is read
  /// in some 30 µs, so that the worst that partners can write holds the others up for a second.
  static let questionRows = 20_000
  /// Records in one answer: written as text of JSON they are at most twice as long, and the rows
  /// that explain them stand beside.
  static let answerBytes = 12 << 20
  /// Words of a question that are looked up.
  static let words = 16
  /// References that are one matter.
  static let sameMatter = 64
  static let recordsPerMatch = 64

  /// Records in a dossier, edges of a network, legs, payments: beyond it an answer says that it was
  /// cut.
  static let mentions = 500
  /// Versions of one record that a dossier shows, the newest.
  static let versions = 200
  static let edges = 2_000
  /// An edge with the names of its ends, but for its marks: three texts of a record.
  static let edgeBytes = 3_072
  static let depth = 6
  static let usualDepth = 2
  static let legs = 2_000
  static let payments = 2_000
  /// Requests for information that are looked at, the newest: some years of a busy desk.
  static let requests = 2_000
  /// Consents that are looked at, the newest: each ends within 90 days.
  static let consents = 2_000

  /// Pairs in quarters of one answer: 100 partners in ten years.
  static let pairQuarters = 4_000
  /// Entries of one answer that counted for a pair.
  static let countedEntries = 1_000

  static let consultationsPerPage = 200
  /// Ids of one consultation: all that an answer holds.
  static let returned = 4_000

  /// Batches of index changes that the loop has not taken yet: then the writer waits.
  static let indexBatches = 8
  /// Words of withdrawn records leave the write-ahead log after this, at most an hour later when
  /// somebody reads all the time.
  static let emptyLogMilliseconds: UInt64 = 60_000
  static let checkpointMilliseconds: UInt64 = 1_000
  /// Between two anchors: ten minutes, 52,560 entries a year.
  static let anchorMilliseconds: UInt64 = 600_000
  /// Until an anchor that failed is tried again; then twice as long each time, to a minute.
  static let anchorRetryMilliseconds: UInt64 = 1_000
  static let anchorRetryMostMilliseconds: UInt64 = 60_000
  /// A wait that the daemon asks for is believed up to an hour.
  static let anchorWaitMostSeconds: UInt64 = 3_600
  /// A daemon may look back over a long log for the anchor before.
  static let anchorAnswerMilliseconds: UInt64 = 60_000
  static let anchorStopMilliseconds: UInt64 = 2_000
  /// 7 + 64 + 1, and a checkpoint of 256 bytes in Base64; rounded up.
  static let anchorLineBytes = 1_024
  /// Where the last answer is looked for.
  static let anchorTailBytes = 64 << 10
  static let anchorMessageBytes = 64 << 10
  /// Nonces that a backup copies: eleven years of an epoch.
  static let anchorFileBytes = 256 << 20
  static let reconnectMilliseconds: UInt64 = 1_000
  static let statusMilliseconds: UInt64 = 5_000
  /// Between two confirmations that what went is off the disk: the write-ahead log is emptied no
  /// more often.
  static let confirmMilliseconds: UInt64 = 60_000
  /// The daemon's status: a few KiB for each of some thousand logs.
  static let statusBytes = 32 << 20

  /// Records that wait to be written, and those of one transaction, each with what is derived from
  /// them: some 3,000 usual ones.
  static let transactionBytes = 4 << 20
  /// Pages that the reader of the facts keeps: questions come back to the same ones.
  static let cacheKibibytes = 65_536
  /// Pages that their writer keeps.
  static let writerCacheKibibytes = 32_768
  /// 64 MiB of write-ahead log.
  static let checkpointPages = 16_384
  static let deskCacheKibibytes = 2_048
  /// Cache of each connection beside the loop's and the writer's.
  static let alertCacheKibibytes = 8_192

  /// Keys, and numbers of keys that are gone, in one answer of the database.
  static let keysAtOnce = 4_096
  /// Numbers of keys that are gone, kept for hubs that read the same facts.
  static let dropped: Int64 = 100_000
  /// Between two looks of a hub that reads at what another wrote.
  static let followMilliseconds: UInt32 = 200
  /// A hub that has the lease and cannot write leaves it to others for so long.
  static let leaseLetGoMilliseconds: UInt64 = 10_000
  /// Between two proofs that this hub writes, or attempts to.
  static let leaseMilliseconds: UInt32 = 1_000

  /// Watches that are compared with one record: those for the same count once.
  static let watchCandidates = 24
  /// Fewer records are compared by one thread.
  static let namesOfThread = 16
  /// Watches that came since they were sorted.
  static let unmergedWatches = 1_024
  /// Records that a new watch is compared with by name.
  static let listed = 200
  /// Parties of one record that are compared with watches.
  static let namedParties = 64
  /// Requests that wait for the thread of the alerts.
  static let alertWork = 256
  /// Exclusions in one answer.
  static let exclusions = 2_000
  /// Alerts in one answer, and events.
  static let alertsAtOnce = 200
  /// Pages of events that one call passes over, since they are not for its user.
  static let pagesOfEvents = 50
  /// Names of hooks: a house has a handful.
  static let hooks = 64
  /// A call waits at most so long for something to happen.
  static let waitSeconds = 60
  /// Alerts that one call changes, and hits that one exclusion names.
  static let alertsOfOneCall = 500
  /// How far ahead a watch may end, and does when nobody says.
  static let watchYears = 5
  static let usualWatchDays = 365
  /// Passengers in one part of a list.
  static let passengers = 300
  /// Hits of one passenger.
  static let hitsOfPassenger = 20
  /// Fewer in one thread are not worth another.
  static let passengersOfThread = 16
  /// A part is compared again while records change under it.
  static let screeningAttempts = 5
  /// Parts of lists that wait for a thread.
  static let screeningJobs = 256
  /// Bytes of a name or number that is watched for.
  static let watchBytes = 512
  static let flightBytes = 64
  static let userBytes = 64
  static let tickMilliseconds: UInt64 = 1_000
  /// Threads that screen a part of a list.
  static let screeners = 2
  /// Records that one transaction of the alerts looks at.
  static let touchedAtOnce = 512
  /// After this it is committed with those that it has looked at: a request or a stop waits for one
  /// record more.
  static let alertStepMilliseconds: UInt64 = 1_000
}
