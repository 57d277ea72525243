public import Runtime
import Log
import Store
import Text

/// The options of `liaisond`.
public struct DaemonConfiguration: Sendable {
  /// The data folder; a link is followed.
  public var data: String
  /// `HOST:PORT` to listen on; nil: dial only.
  public var listen: String?
  /// Outside the data folder; by default beside it.
  public var token: String?
  /// Where `reader.socket` and `anchor.socket` are; nil: in the data folder.
  public var run: String?
  /// The group whose members may read; nil: nobody but the node's own user and root.
  public var readerGroup: String?
  /// The group whose members may have a hub's looks anchored; nil: nobody but the node's own user
  /// and root.
  public var anchorGroup: String?
  /// The node rotates its sealing key when it is so many days old; nil: its operator alone does.
  public var rotateSealingDays: Int?

  /// A node with no more than a folder: it listens nowhere and dials by its roster.
  public init(
    data: String, listen: String? = nil, token: String? = nil, run: String? = nil,
    readerGroup: String? = nil, anchorGroup: String? = nil, rotateSealingDays: Int? = nil
  ) {
    self.data = data
    self.listen = listen
    self.token = token
    self.run = run
    self.readerGroup = readerGroup
    self.anchorGroup = anchorGroup
    self.rotateSealingDays = rotateSealingDays
  }
}

/// Why the daemon did not start, or had to end.
public enum DaemonError: Error, Sendable {
  /// The data folder's files.
  case identity(IdentityError)
  /// Another process has the folder.
  case locked(String)
  /// The store is damaged or of another version.
  case store(String)
  case system(SystemError)
  /// There is no such group, or the socket cannot be given to it.
  case socketGroup(String, socket: String, SystemError)
  /// The address of `--listen` cannot be had.
  case listen(String, SystemError)
}

/// Runs a node until SIGTERM.
public enum Daemon {
  /// Values of `--rotate-sealing-days`: 64 rotations of an epoch last a year at least.
  public static let rotationDays = 7...3_650
  /// As `--version` and the status say it.
  public static let version = Release.version

  /// - Parameter listening: told the address once it accepts, with the port that was chosen for 0.
  public static func run(
    _ configuration: DaemonConfiguration, logger: Logger = Logger(),
    listening: (String) -> Void = { _ in }
  ) throws(DaemonError) {
    do {
      try runThrowing(configuration, logger, listening)
    } catch let error as IdentityError {
      throw .identity(error)
    } catch let error as LockError {
      if case .system(let system) = error { throw .system(system) }
      throw .locked("\(error)")
    } catch let error as StoreError {
      throw .store("\(error)")
    } catch let error as SystemError {
      throw .system(error)
    } catch let error as DaemonError {
      throw error
    } catch {
      throw .store("\(error)")
    }
  }

  private static func runThrowing(
    _ configuration: DaemonConfiguration, _ logger: Logger, _ listening: (String) -> Void
  ) throws {
    Environment.keepFreedMemory()
    // Where the folder really is: whatever link or spelling led to it, its token lies beside it.
    let folder = NodeFolder(FileSystem.canonical(configuration.data))
    _ = try CardFile.own(folder)
    try refuseForeignRoot(folder)
    let lock = try LockFile(folder.lock)
    defer { withExtendedLifetime(lock) {} }
    var configuration = configuration
    // Once, and again with each epoch that the operator opens.
    while let address = try runEpoch(configuration, folder, logger, listening) {
      // The port that was chosen for 0 stays.
      if configuration.listen != nil { configuration.listen = address }
    }
  }

  /// Files that root's daemon makes in a folder of the service's user cannot be opened by the
  /// service. And nothing that speaks to a network needs to be root.
  private static func refuseForeignRoot(_ folder: NodeFolder) throws {
    guard Environment.userID == 0, let owner = try FileSystem.status(folder.root)?.userID,
      owner != 0
    else { return }
    throw IdentityError(
      .permission, "\(folder.root) belongs to user \(owner), and this is root",
      hint: "start the service (systemctl start liaisond), or give the command as that user: "
        + "sudo -u '#\(owner)' liaisond")
  }

  /// - Returns: the address to listen on when the node is to begin again; nil when it is to end.
  private static func runEpoch(
    _ configuration: DaemonConfiguration, _ folder: NodeFolder, _ logger: Logger,
    _ listening: (String) -> Void
  ) throws -> String? {
    let loop = try EventLoop()
    let switchboard = SignalSwitch()
    let signals = try Signals(loop: loop) { switchboard.handler($0) }
    defer { withExtendedLifetime(signals) {} }
    let run = try NodeRun(configuration, folder, loop: loop, logger: logger)
    run.didEnd = { loop.stop() }
    let manager = ServiceManager()
    // The loop holds what takes signals, and the run holds the loop: it would outlive its end.
    defer { switchboard.handler = { _ in } }
    switchboard.handler = { signal in
      switch signal {
      case .hangUp:
        manager.reloading(clock: loop.clock)
        run.reload()
        manager.ready(status: "node \(run.name)")
      default:
        logger.notice("stopping")
        manager.stopping()
        run.end()
      }
    }
    run.begin()
    manager.watch(loop: loop)
    manager.ready(status: "node \(run.name)")
    if let address = run.address { listening(address) }
    try loop.run()
    run.finish()
    return run.beginsAgain ? run.address ?? "no address" : nil
  }

  /// True when `address` is written as `--listen` takes it: as in a card, and port 0 too.
  public static func canListen(on address: String) -> Bool {
    Card.isAddress(address.hasSuffix(":0") ? address.dropLast() + "1" : address)
  }
}

/// Signals are blocked before any thread exists, and handled when the node is there.
private final class SignalSwitch {
  var handler: (Signal) -> Void = { _ in }
}
