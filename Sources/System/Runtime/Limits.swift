/// Every limit of the runtime, with its arithmetic.
public enum Limits {
  /// The most that one `recv` may bring: one buffer a loop, whatever the number of connections.
  static let readBufferBytes = 256 * 1024
  /// The most that a reader of lines asks an input for at once.
  static let lineReadBytes = 256 * 1024
  /// Events taken from epoll at once; a longer queue waits for the next batch.
  static let eventsPerBatch = 256
  /// Connections one listener takes in one event, so that a flood of them cannot starve the rest.
  static let acceptsPerEvent = 64
  /// How long a listener rests when the process has no descriptor left.
  static let acceptRestMilliseconds: UInt64 = 200
  /// The kernel's queue of connections not yet accepted.
  static let listenBacklog: Int32 = 256

  /// Output a connection holds before it is given up as a reader that does not read: four messages
  /// of the largest size (1,114,112 bytes) and their framing.
  public static let outputLimitBytes = 5 * 1024 * 1024
  /// `onDrained` is called when output fell to this after it was above.
  public static let outputLowWaterBytes = 128 * 1024
  /// Output beyond this is sent inside `write`; less waits for the end of the batch and leaves in
  /// one call.
  static let eagerFlushBytes = 256 * 1024
  /// Memory an idle connection keeps for output: 500 peers hold at most 128 MiB after a burst.
  static let keptOutputCapacityBytes = 256 * 1024
  /// How long `finish` waits for the other side to read what is left.
  public static let finishMilliseconds: UInt64 = 5_000

  /// Addresses tried for one host name.
  static let addressesPerName = 8
  /// Look-ups of names that are under way at once, each on a thread of its own, and names that wait
  /// for one: one for each of 500 peers, rounded up.
  static let resolverThreads = 32
  /// Names beyond it fail at once.
  static let resolverQueue = 512
  /// A name whose look-up took longer is slow: its name server does not answer. Slow names have
  /// these threads less the last eight, so that the others go on.
  static let slowLookUpMilliseconds: UInt64 = 2_000
  /// Kept for names that were never slow.
  static let resolverThreadsForOthers = 8
  /// A larger `/etc/hosts` is left to the name service.
  static let hostsFileBytes = 256 << 10

  /// Descriptors that the process asks for: 512 connections of peers, 256 store files, 256 clients,
  /// and as many again.
  static let descriptors: UInt64 = 4_096
  /// Standard streams, loop, signals, folders, locks, listeners, the service manager's socket; and
  /// what comes and goes: small files, folders that are synced, a backup, look-ups of names.
  static let descriptorsOfProcess = 16
  static let passingDescriptors = 8
  /// A shortage of descriptors or memory is looked at again after this.
  static let shortagePauseMilliseconds: UInt64 = 10
  /// So often for a small file, whose caller tries again; the store's files are waited for.
  static let shortagePausesOfSmallFile = 20
  /// Open files kept by `FileDisk`: well below the usual 1,024 descriptors of a process.
  public static let openFiles = 256
  /// Written at once over what a file system without holes cannot free.
  static let zerosAtOnce = 64 << 10
  /// Files that are written back together: all of them stay open meanwhile.
  static let syncsTogether = 64
  /// Batches that may wait for the disk thread; the store has at most one outstanding.
  static let diskQueue = 16

  /// Buffers of chunks (256 KiB) and of writes to log files (1 MiB, and twice that while they grow)
  /// are used again instead of being mapped and unmapped each time, for which the kernel clears
  /// every page: a fifth of an author's time in catch-up. As much as one pull's credit stays with
  /// the process. Larger ones, as the arrays of a hub's index, go back whole and leave no holes.
  static let mappedBlockBytes: Int32 = 4 << 20
  static let keptFreeBytes: Int32 = 8 << 20

  /// A log line with its prefix and line feed: PIPE_BUF, so that a line is one write and never
  /// interleaves.
  static let logLineBytes = 4_096
  /// The part that is read at once of a file whose length is not known, as a pipe's.
  static let givenBytesAtOnce = 64 << 10
  /// A status line for the service manager.
  public static let statusBytes = 256
  /// An answer on the control socket as a client accepts it.
  public static let controlMessageBytes = 16 * 1024 * 1024
  /// Names one `list` of a folder may return: 10^8 entries are about 800 body segments, 500 logs.
  static let namesPerFolder = 1_000_000
}
