/// The cases that a campaign of networks must reach, each by its name.
public enum NetworkOccurrence: String, CaseIterable, Sendable {
  // Shapes of a run.
  case mesh = "topology: everybody with everybody"
  case ring = "topology: a ring"
  case chain = "topology: a chain"
  case graph = "topology: a random graph"
  case star = "topology: a star"
  case carriers = "topology: two groups joined by carriers that publish nothing"
  case large = "size: 50 nodes and more"

  // The network.
  case connectionLost = "network: a connection is lost"
  case cutInFrame = "network: a connection is lost in the middle of what is on its way"
  case halfOpen = "network: one side of a connection is gone without a word"
  case resetByRestarted = "network: a machine that restarted refuses an old connection"
  case reordered = "network: an older connection delivers after a newer one began"
  case blocked = "network: nothing gets through in one direction"
  case partition = "network: a partition in both directions"
  case clogged = "network: a link is clogged"
  case congested = "network: a core is told that its output waits"
  case relieved = "network: and that it waits no longer"
  case heldBack = "network: a core reads no more of a peer for a while"
  case readInPieces = "network: reads of random pieces"
  case readByByte = "network: reads of one byte"
  case bitFlipped = "network: a bit flips on its way"
  case channelFailed = "network: a channel ends for what arrived"
  case handshakeTimeout = "network: a handshake takes too long"
  case replayed = "network: an old session is played again"
  case gateRefused = "network: the gate refuses one more half-open connection"
  case linksCycled = "network: links stop one by one and start in another order"

  // Nodes.
  case crashAtEffect = "node: a crash between two effects of a step"
  case crash = "node: a crash at any time"
  case crashDuringWrite = "node: a crash while the disk works"
  case cleanStop = "node: a clean stop"
  case restoredWithToken = "node: back from an older copy, the token kept"
  case restoredWithoutToken = "node: back from an older copy, the token lost"
  case clockJump = "node: its clock jumps by years"
  case pause = "node: it does nothing for a while"
  case epochOpened = "node: the next epoch is opened"

  // Keys.
  case rotated = "keys: a node has new ones"
  case rotationBegun = "keys: a machine stops when the new ones are kept, and nothing is signed"
  case rotationDurable = "keys: a machine stops when the entry is durable"
  case rotationKept = "keys: a machine stops before the card is replaced"
  case rotationDone = "keys: a machine stops when the card is replaced"
  case cardTaken = "keys: a peer takes a card from the log"
  case cardsTaken = "keys: a peer takes the second of two rotations at once"
  case dialledByEarlierKey = "keys: a peer is dialled with an earlier own key"
  case wholeByEarlierKey = "keys: a session by an earlier own key carries everything"
  case ownKeyIsOld = "keys: a peer that used a newer key comes by an older one"
  case peersKeyIsOld = "keys: a peer comes by a key that it replaced"
  case restoredBefore = "keys: a node comes back from before its rotation"

  // Disks.
  case diskError = "disk: a call fails"
  case diskFull = "disk: it is full"
  case diskReadOnly = "disk: it is read-only"
  case startRefused = "disk: a start fails for it"
  case diskRestart = "disk: an operator restarts a node whose disk failed"
  case rot = "disk: a bit rots"
  case mended = "disk: a peer's entries mend it"

  // Work.
  case single = "work: entries one by one"
  case burst = "work: a burst under a checkpoint"
  case bigBody = "work: a body of many kilobytes"
  case refused = "work: a wish to publish has to wait"

  // Bodies that go.
  case attachment = "removal: a record with chunks is published"
  case withdrawn = "removal: records are withdrawn"
  case erased = "removal: bytes are gone after the term"
  case expired = "removal: bytes are gone whose expiry day has begun"
  case receiptSigned = "removal: an erasure receipt is signed"

  case quiet = "work: ten minutes without any"
  case quietDay = "work: a day without any"

  // Ways through the core.
  case duplicatePushed = "core: a push that is there already"
  case pushedAhead = "core: a push with a gap"
  case pullStalled = "core: a pull stalls"
  case sessionReplaced = "core: of two sessions one stays"
  case agedClosed = "core: a session is closed for its age"
  case silentClosed = "core: a silent session is closed"
  case waited = "core: signing waited for peers"
  case ownEntriesBack = "core: own entries come back"

  // Answers to foes.
  case forked = "answer: two honest disks hold two branches"
  case forkProven = "answer: a fork is proven, and frozen by all at one index"
  case faultFrozen = "answer: a log is frozen for what its author signed"
  case defectStored = "answer: a bad signature is stored, and freezes nothing"
  case disputed = "answer: a log is disputed with a peer"
  case twinsSettled = "answer: entries that were signed twice are the same everywhere"
  case leftUnread = "answer: messages that bring nothing are left unread"
  case malformed = "answer: what is no message closes a session"
  case chunkRefused = "answer: a chunk is its sender's failure"
  case chunkUnasked = "answer: a chunk that nobody asked for is dropped"
  case chunkInFull = "answer: a range is asked for in full"
  case checkpointRefused = "answer: a checkpoint is its sender's failure"
  case cosignatureRefused = "answer: a cosignature is its sender's failure"
  case leafRefused = "answer: a leaf is its sender's failure"
  case proofRefused = "answer: a fork proof is its sender's failure"
  case searchEnded = "answer: a search for a fork goes too far"
  case openingRefused = "answer: a next epoch is not followed"
  case contested = "answer: an epoch with two openings is contested"
  case claimDropped = "answer: a claim about the own log is dropped"

  // Withdrawals.
  case hidden = "withdrawal: what it names is hidden by all"
  case withdrawalVoid = "withdrawal: one that does not count hides nothing"
  case receiptConfirmed = "withdrawal: its author hears so from everybody"

  // Groups.
  case convened = "group: a version of one is published"
  case memberAdded = "group: a member is added"
  case memberRemoved = "group: a member is removed"
  case accepted = "group: an operator accepts a version"
  case acceptedAlways = "group: an operator accepts all later versions"
  case left = "group: an operator leaves it"
  case sealedToGroup = "group: a record is sealed to it"
  case sealedToEarlier =
    "group: a record is sealed to a version before the newest, which is under way"
  case additionWaits = "group: a member that was not accepted yet is left out"
  case notAccepted = "group: nothing is sealed before it is accepted"
  case removedPublishes = "group: who was removed seals to the version that it knows"
  case versionAwaited = "group: nothing is sealed while a version cannot be read"
  case twofold = "group: nothing is sealed to one of two versions with one number"
  case twofoldShown = "group: a convener is shown to have made two"
  case historyOfGrants = "group: history of whole audiences"
  case historyOfRecords = "group: history of single records"
  case groupOpened = "group: a member opens a record"
  case groupClosed = "group: nobody else opens it"
  case historyOpened = "group: history opens an older record"

  // The end.
  case converged = "end: everybody has everything"
}
