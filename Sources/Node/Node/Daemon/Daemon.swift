public import Runtime
import Crypto
import Log
import Replica
import Secrets
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

  /// A node with no more than a folder: it listens nowhere and dials by its roster.
  public init(
    data: String, listen: String? = nil, token: String? = nil, run: String? = nil,
    readerGroup: String? = nil, anchorGroup: String? = nil
  ) {
    self.data = data
    self.listen = listen
    self.token = token
    self.run = run
    self.readerGroup = readerGroup
    self.anchorGroup = anchorGroup
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
    let budget = DescriptorBudget(limit: try Environment.raiseDescriptorLimit())
    let room = Room(budget)
    loop.lookUpsAtOnce = budget.lookUps
    let disk = try FileDisk(folder: folder.root, openFiles: budget.storeFiles)
    let store = try Store.open(on: disk)
    let token = TokenFile(path: configuration.token ?? folder.defaultToken)
    // A copy of the folder beside the original would pass with the original's token.
    let tokenLock = try token.lock()
    defer { withExtendedLifetime(tokenLock) {} }
    if let adopted = try NextEpoch.finishAdoption(folder, store, token) {
      logger.notice("\(adopted.card.origin): the opening that broke off was brought to its end")
    } else if try NextEpoch.holdsKey(folder) {
      logger.warning(
        "an epoch was prepared and not opened: \(folder.next) holds its log key unencrypted; open the epoch, or remove that folder"
      )
    }
    let card = try CardFile.own(folder)
    let secrets = try secrets(of: card, folder, logger)
    guard store.state(card.identity.id) != nil else {
      throw DaemonError.store("the log \(card.origin) is not in the store")
    }
    let roster = try LiveRoster.load(folder)
    let start = try SigningStart(
      card.identity, store, folder, token, hasPeers: roster.hasMembers)
    let node = try Node(
      loop: loop, folder: folder, secrets: secrets, card: card, roster: roster, store: store,
      disk: disk, logger: logger, token: token, start: start, room: room)
    if budget.limit < DescriptorBudget.least || room.peers < roster.entries.count {
      logger.warning(
        "this process may have \(budget.limit) open files: room for \(room.peers) connections with \(roster.entries.count) peers; raise LimitNOFILE (ulimit -n)"
      )
    }
    for problem in node.roster.problems { logger.warning("roster: \(problem)") }
    if let warning = SecretMemory.warning { logger.warning(warning) }
    for damage in store.damage { logger.error("damage: \(damage)") }
    return try serve(node, configuration, switchboard, listening)
  }

  private static func serve(
    _ node: Node, _ configuration: DaemonConfiguration, _ switchboard: SignalSwitch,
    _ listening: (String) -> Void
  ) throws -> String? {
    let (loop, logger, card) = (node.loop, node.logger, node.card)
    let control = try UnixListener(
      loop: loop, path: node.folder.controlSocket, mode: 0o600
    ) { connection in
      node.acceptControl(connection)
    }
    let sockets = try groupSockets(node, configuration)
    let listener = try configuration.listen.map { address in
      do throws(SystemError) {
        return try TCPListener(loop: loop, address: address) { node.accept($0) }
      } catch {
        throw DaemonError.listen(address, error)
      }
    }
    let end = {
      guard !node.isStopping else { return }
      listener?.close()
      control.close()
      for socket in sockets { socket.close() }
      node.stop()
      loop.schedule(afterMilliseconds: NodeLimits.stopMilliseconds) { loop.stop() }
    }
    var beginsAgain = false
    node.beginAgain = {
      beginsAgain = true
      end()
    }
    let manager = ServiceManager()
    switchboard.handler = { signal in
      switch signal {
      case .hangUp:
        manager.reloading(clock: loop.clock)
        node.attempt("reload") { _ = try node.reload() }
        manager.ready(status: "node \(card.name)")
      default:
        beginsAgain = false
        logger.notice("stopping")
        manager.stopping()
        end()
      }
    }
    node.start()
    manager.watch(loop: loop)
    manager.ready(status: "node \(card.name)")
    let address = listener?.localAddress ?? "no address"
    logger.notice(
      "node \(card.name) \(version): log \(card.origin) with \(node.store.durableHead(card.identity.id)?.size ?? 0) entries, listening on \(address)"
    )
    if let listener { listening(listener.localAddress) }
    try loop.run()
    node.flush()
    guard beginsAgain else {
      logger.notice("stopped")
      return nil
    }
    return address
  }

  /// The sockets of processes that are no operators.
  private static func groupSockets(
    _ node: Node, _ configuration: DaemonConfiguration
  ) throws -> [UnixListener] {
    let folder = configuration.run ?? node.folder.root
    let reader = try groupSocket(
      node, NodeFolder.readerSocket(in: folder), configuration.readerGroup
    ) { node.acceptReader($0) }
    let anchor = try groupSocket(
      node, NodeFolder.anchorSocket(in: folder), configuration.anchorGroup
    ) { node.acceptAnchor($0) }
    (node.readerGroup, node.anchorGroup) = (reader.group, anchor.group)
    return [reader.listener, anchor.listener]
  }

  /// - Parameter group: nil: the socket is for the node's own user and root alone.
  private static func groupSocket(
    _ node: Node, _ path: String, _ group: String?, _ accept: @escaping (Connection) -> Void
  ) throws -> (listener: UnixListener, group: UInt32?) {
    guard let group else {
      return (try UnixListener(loop: node.loop, path: path, mode: 0o600, onAccept: accept), nil)
    }
    do throws(SystemError) {
      let id = try Environment.groupID(named: group)
      let listener = try UnixListener(
        loop: node.loop, path: path, mode: 0o660, group: id, onAccept: accept)
      return (listener, id)
    } catch {
      throw DaemonError.socketGroup(group, socket: path, error)
    }
  }

  /// True when `address` is written as `--listen` takes it: as in a card, and port 0 too.
  public static func canListen(on address: String) -> Bool {
    Card.isAddress(address.hasSuffix(":0") ? address.dropLast() + "1" : address)
  }

  private static func secrets(
    of card: Card, _ folder: NodeFolder, _ logger: Logger
  ) throws(IdentityError) -> NodeSecrets {
    let credential = OwnSecrets.credential()
    let secrets = try OwnSecrets.load(folder, credential: credential, for: card)
    if let credential, try !OwnSecrets.load(folder, credential: credential).matches(card) {
      logger.warning(
        "the credential node.key is of an earlier epoch: encrypt the present keys anew with systemd-creds, then remove \(folder.secrets) and the credential next.key"
      )
    }
    return secrets
  }
}

/// Signals are blocked before any thread exists, and handled when the node is there.
private final class SignalSwitch {
  var handler: (Signal) -> Void = { _ in }
}
