/// Every bound of the replication core, with its arithmetic. Protocols/sync.md, 11.
public enum Limits {
  /// Logs that one side may list on a session: 500 nodes of several epochs each, with room.
  public static let logsOfSession = 4_096
  /// Lists of logs that a session takes: each costs a hash for each log that is not shared yet, 1
  /// ms with 4,096 of them.
  public static let listsOfSession = 256
  /// Requests that a peer may have open with us; each costs some 40 bytes.
  public static let openRequestsOfPeer = 32
  /// Pieces that we ask of one session at once: with repairs fewer than a peer answers.
  public static let piecesOfSession = 16
  /// Logs that are pulled at once whatever is under way of others.
  public static let pullsAtOnce = 8
  /// Bytes that a piece of a log should have: enough that a question costs nothing, little enough
  /// that a slow source holds up a little. So long as nothing is known of the log's entries it has
  /// this many of them.
  public static let pieceBytes = 1 << 20
  /// Near the end pieces are smaller, so that all sources end together: a sixteenth of what is
  /// missing, at least this.
  public static let pieceLeastBytes = 64 << 10
  public static let entriesOfFirstPiece: UInt64 = 256
  public static let entriesOfLeastPiece: UInt64 = 16
  public static let entriesOfLargestPiece: UInt64 = 16_384
  /// The most that may be under way on a session: 32 MB/s at a quarter of a second between question
  /// and durable answer.
  public static let fetchedBytesOfSession = 8 << 20
  /// The most that may be under way in all, or here and not durable; above it only the first
  /// missing entries of a log are asked for.
  public static let fetchedBytesAtOnce = 32 << 20
  /// The most that a piece may bring before what came is durable: of large entries it gets more
  /// when that is.
  public static let pieceCreditBytes = 4 << 20
  /// The most that can wait for what is below: each piece may pass its credit by one message, which
  /// is less than its credit.
  public static let earlyBytesAtMost = 2 * fetchedBytesAtOnce
  /// The most to which a hostile puller may raise its credit before its session is closed.
  public static let maximumCreditBytes = 64 << 20
  public static let chunkBytes = 256 << 10
  public static let entriesOfChunk = 65_536
  public static let entriesPushedAtOnce: UInt64 = 256
  /// A push has no credit: beyond this it ends, and the rest is pulled. As much as one turn of
  /// serving pulls.
  public static let bytesPushedAtOnce = chunkBytes * 4
  /// A push of this many entries waits for its author's checkpoint instead of 16 verifications.
  public static let entriesPushedSingly: UInt64 = 16
  /// Entries of a chunk without a checkpoint: at 65 µs a signature they hold the loop up for 17 ms
  /// at most.
  public static let entriesAcceptedSingly: UInt64 = 256

  /// The most that one peer may send and get in a second, unless its settings say otherwise. A link
  /// of 4 Gbit/s …
  public static let receivedBytesPerSecond: UInt64 = 512 << 20
  public static let answeredBytesPerSecond: UInt64 = 512 << 20
  /// … 180,000 entries of 700 bytes as they are published; what is more is announced, and pulled …
  public static let pushedBytesPerSecond: UInt64 = 128 << 20
  /// A tenth of the loop: 1,000 small pulls of 100 µs. Each byte of large ones pays for its own
  /// time, at 256 MB/s.
  public static let answeringMicrosecondsPerSecond: UInt64 = 100_000
  static let answeredBytesPerMicrosecond: UInt64 = 256
  /// … and ten times the messages of the busiest honest peer, at some 2 µs each a tenth of a
  /// processor.
  public static let receivedMessagesPerSecond: UInt64 = 50_000
  /// Settings below these would hold a single message for longer than `rateDebtMilliseconds`.
  public static let leastBytesPerSecond: UInt64 = 64 << 10
  public static let leastMessagesPerSecond: UInt64 = 10
  public static let leastMicrosecondsPerSecond: UInt64 = 1_000
  static let rateMaximum: UInt64 = 1 << 40
  /// The most that a peer that was quiet may send at once: so many milliseconds' worth.
  static let rateBurstMilliseconds: UInt64 = 2_000
  /// The longest hold. The largest message at the least rate takes 17 s; a quarter of
  /// `silenceMilliseconds` is 19 s.
  static let rateDebtMilliseconds: UInt64 = 18_000

  /// Measured time that messages may take of which nothing comes, in a second: for each log of a
  /// peer, for a peer, and for all. A thousand messages at 5 µs; a fifth of the loop.
  public static let idleMicrosecondsOfLog: UInt64 = 5_000
  public static let idleMicrosecondsOfPeer: UInt64 = 20_000
  public static let idleMicroseconds: UInt64 = 200_000
  /// The most that may be taken at once: so many milliseconds' worth.
  static let idleBurstMilliseconds: UInt64 = 10_000
  /// No message counts for more: a machine that stood still is nobody's doing.
  static let longestMessageMicroseconds: UInt64 = 1_000_000
  /// How long a connection is not read whose records are idle, when its peer is left unread.
  static let idleHoldMilliseconds: UInt64 = 1_000
  /// How long such messages are left unread: doubled each time within an hour, up to an hour.
  public static let unreadMilliseconds: UInt64 = 60_000
  public static let unreadMaximumMilliseconds: UInt64 = 3_600_000

  public static let failuresOfSession = 3
  /// Cosignatures kept for one log: one for each node of a large roster.
  public static let cosignersOfLog = 512
  /// Cosignatures of one message; each costs its receiver one verification at most.
  public static let cosignaturesOfMessage = 16

  /// Leaves that one side shows of a log on a session: its newest, and the one that contradicts.
  public static let leavesShownOfLog = 2

  /// Fork proofs of one log that travel on a session at once: its author can make any number, each
  /// lower. Then the lowest, when its time comes.
  public static let proofsOfLog = 16
  public static let proofEveryMilliseconds: UInt64 = 60_000
  /// Exhibits of a log on a session: one for each search.
  public static let exhibitsOfLog = searchesOfLog
  /// Proofs, exhibits and single leaves of a session: two verifications of 65 µs each, half a
  /// second in all. As many as logs, so that even a fork of each can be told.
  public static let evidenceOfSession = 4_096
  /// One more may travel each time this has passed. A receiver allows some beyond: the two sides of
  /// a session need not count the same time, since a machine may be suspended, a minute each time.
  /// 16 minutes: 0.13 s of work.
  public static let evidenceEveryMilliseconds: UInt64 = 1_000
  static let evidenceSlack = 1_024
  static let proofsSlack = 16
  /// Leaves of an answer without bodies: 216 KiB.
  public static let leavesAtOnce: UInt64 = 1_024
  /// Entries that are taken above the newest checkpoint, which each could have other signatures
  /// elsewhere. Half of what the store replaces; at 17,000 entries a second, with a checkpoint each
  /// second, twice what an honest author ever has there.
  public static let entriesWithoutCheckpoint: UInt64 = 32_768
  /// How far below its end a log's leaves are asked for once more: what may be without a
  /// checkpoint, with room (STO-60).
  public static let twinsReach: UInt64 = 65_536
  /// How long an answer, or the store, is waited for; and when a store that was busy is asked
  /// again, so many times.
  public static let twinsMilliseconds: UInt64 = 30_000
  public static let twinsAgainMilliseconds: UInt64 = 200
  public static let twinsRetries = 25
  /// Whole searches for the lowest fork of a log on a session, by one side.
  public static let searchesOfLog = 2
  /// Steps of a search: each halves what is left of 2^63 entries, and the first looks where to
  /// begin.
  public static let probesOfSearch = 64
  /// Probes that a session answers: each reads an entry. 24 find the lowest of 10^7, in 340 logs.
  public static let probesOfSession = 8_192
  /// Epochs of one node that are carried: further ones are not followed by themselves.
  public static let epochsOfNode = 64
  /// Openings after one epoch that a session may bring: the first and one that differs, and two
  /// more that a sender may have taken in their place.
  public static let openingsOfLog = 4

  /// Openings of one node that wait until an operator settled which of two epochs they follow: 4 ×
  /// 2.8 KiB.
  public static let openingsHeldBackOfNode = 4

  /// Repairs that are open with all peers, besides one of the own log; each has at most this credit
  /// under way.
  public static let repairsAtOnce = 4
  /// Repairs among those for logs of one author: others have their places, however many logs it
  /// has.
  public static let repairsOfAuthor = 2
  public static let repairCreditBytes = 4 << 20
  /// Entries that one source is asked for at once.
  public static let entriesOfRepair: UInt64 = 4_096
  /// Entries under one stored node of the tree (Protocols/store.md, 3).
  static let entriesOfBlock: UInt64 = 256
  /// Parts of a log that a repair tells apart; each takes some 100 bytes.
  public static let damagedPieces = 4_096
  /// How long the store may take to write what came, before the next source is asked for the same.
  public static let repairGraceMilliseconds: UInt64 = 1_000
  public static let repairLookMilliseconds: UInt64 = 5_000
  /// How long one source may take before others have their turn; and what it is to bring in a
  /// second, to be asked again at once.
  public static let repairPullMilliseconds: UInt64 = 30_000
  static let repairLeastBytesPerSecond: UInt64 = 64 << 10
  /// When those that had nothing are asked again: doubled each time up to a minute, since a body
  /// that one carrier after the other lacks goes one carrier further in each round.
  public static let repairAgainMilliseconds: UInt64 = 15_000
  public static let repairAgainMaximumMilliseconds: UInt64 = 60_000
  /// How long peers that are away may still turn up with an own entry that is damaged here.
  public static let repairPatienceMilliseconds: UInt64 = 600_000

  /// How long after a start all peers are waited for; then one that answered is enough …
  public static let answersMilliseconds: UInt64 = 30_000
  /// … when this has passed since the first: peers that connect together answer together.
  public static let answersSettleMilliseconds: UInt64 = 2_000
  /// How long an unproven claim about the own log holds signing: a pull, and one that has stalled
  /// before it.
  public static let claimHoldMilliseconds: UInt64 = 10_000
  /// How long further claims of the same peer hold nothing: at most one part in sixty for each.
  public static let claimRestMilliseconds: UInt64 = 600_000

  public static let pingAfterMilliseconds: UInt64 = 30_000
  /// Pings of one peer in that time: one is due, and what a line held back comes at once.
  public static let pingsAtOnce = 8
  public static let silenceMilliseconds: UInt64 = 75_000
  /// The hello comes with the end of the handshake. Without one a session is nothing; a peer may
  /// have so many, since both sides dial.
  public static let helloMilliseconds: UInt64 = 15_000
  public static let sessionsWithoutHello = 2
  public static let sessionMilliseconds: UInt64 = 24 * 3_600_000
  public static let secondCopyMilliseconds: UInt64 = 5_000
  /// How often a session is asked whether it is alive since another process came: three pings in 30
  /// s, beside its own.
  static let askForLifeMilliseconds: UInt64 = 10_000
  public static let digestMilliseconds: UInt64 = 600_000
  /// A digest costs a hash over all heads of the session: one that comes sooner after the last is
  /// none.
  public static let digestLeastMilliseconds: UInt64 = 60_000
  public static let pullStalledMilliseconds: UInt64 = 5_000
  public static let sourcePassedOverMilliseconds: UInt64 = 30_000
  /// When a source that brings nothing is given up, if there is another: so many of its round
  /// trips, within these bounds.
  public static let stallRoundTrips: UInt64 = 10
  public static let pullStalledLeastMilliseconds: UInt64 = 1_000
  /// How long the first piece may take at one source while another has nothing to do: at least the
  /// first; the second when it is not known how fast the other is.
  public static let pieceLeastMilliseconds: UInt64 = 250
  public static let pieceMilliseconds: UInt64 = 3_000
  /// How often pieces are looked at.
  public static let fetchLookMilliseconds: UInt64 = 500
  /// When what the store refused (full, or behind) is asked for again.
  public static let refusedAgainMilliseconds: UInt64 = 1_000
  /// The time over which the rate of a catch-up is the mean, and the time between its marks: at
  /// most 11 of 16 bytes a log.
  public static let meterMilliseconds: UInt64 = 5_000
  static let meterStepMilliseconds: UInt64 = 500
  /// How long who dialled waits before it announces what it did not push; the other side waits
  /// twice as long.
  public static let pushGraceMilliseconds: UInt64 = 150
  /// Heads that are due within this time travel together.
  public static let announceJoinMilliseconds: UInt64 = 75
  /// The newest state of every log is announced within this time, or was pushed.
  public static let announceMilliseconds: UInt64 = 5_000
  /// How often a checkpoint of a log travels alone: at 131 bytes 26 a second for each child in the
  /// tree.
  public static let checkpointEveryMilliseconds: UInt64 = 5_000
  /// A checkpoint that has been the newest for so long, or at the latest after so long, is told to
  /// every neighbour that holds its entries: the tree of a log may lead over one that keeps it
  /// back.
  public static let checkpointRestsMilliseconds: UInt64 = 60_000
  public static let checkpointToldMilliseconds: UInt64 = 600_000
  public static let cosignEveryMilliseconds: UInt64 = 10_000
  /// How long cosignatures wait for others that go the same way.
  public static let cosignaturesJoinMilliseconds: UInt64 = 1_000
  public static let cosignaturesEveryMilliseconds: UInt64 = 60_000
  /// How long the first of the author's set waits for the others: a few carriers, each of which
  /// joins.
  public static let cosignaturesSettleMilliseconds: UInt64 = 5_000
}
