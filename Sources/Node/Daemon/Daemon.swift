public import Runtime
import Crypto
import Log
import Secrets
import Store

/// What `liaisond` was told.
public struct DaemonConfiguration: Sendable {
  public var data: String
  /// `HOST:PORT` to listen on; nil: dial only.
  public var listen: String?
  /// Outside the data folder; by default beside it.
  public var token: String?

  public init(data: String, listen: String? = nil, token: String? = nil) {
    self.data = data
    self.listen = listen
    self.token = token
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
  /// The address of `--listen` cannot be had.
  case listen(String, SystemError)
}

/// Runs a node until SIGTERM.
public enum Daemon {
  public static let version = "0.1.0"

  /// - Parameter listening: told the address once it accepts, with the port that was chosen for 0.
  public static func run(
    _ configuration: DaemonConfiguration, journal: Journal = Journal(),
    listening: (String) -> Void = { _ in }
  ) throws(DaemonError) {
    do {
      try runThrowing(configuration, journal, listening)
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
    _ configuration: DaemonConfiguration, _ journal: Journal, _ listening: (String) -> Void
  ) throws {
    let loop = try EventLoop()
    let switchboard = SignalSwitch()
    let signals = try Signals(loop: loop) { switchboard.handler($0) }
    let folder = NodeFolder(configuration.data)
    let card = try CardFile.own(folder)
    let lock = try LockFile(folder.lock)
    defer { withExtendedLifetime((lock, signals)) {} }
    let disk = try FileDisk(folder: folder.root)
    let store = try Store.open(on: disk)
    let secrets = try OwnSecrets.load(folder, credential: credential())
    try check(secrets, card, store)
    let token = TokenKeeper(path: configuration.token ?? folder.defaultToken)
    // A copy of the folder beside the original would pass with the original's token.
    let tokenLock = try token.lock()
    defer { withExtendedLifetime(tokenLock) {} }
    let node = try Node(
      loop: loop, folder: folder, secrets: secrets, card: card,
      roster: try LiveRoster.load(folder), store: store, journal: journal, token: token)
    if let reason = token.reasonToClose(card.identity, store) {
      node.author.close(because: reason)
      journal.error("\(card.origin) is closed here: \(reason)")
    }
    for problem in node.roster.problems { journal.warning("roster: \(problem)") }
    for damage in store.damage { journal.error("damage: \(damage)") }

    let control = try UnixListener(loop: loop, path: folder.controlSocket) { connection in
      node.acceptControl(connection)
    }
    let listener = try configuration.listen.map { address in
      do throws(SystemError) {
        return try TCPListener(loop: loop, address: address) { node.accept($0) }
      } catch {
        throw DaemonError.listen(address, error)
      }
    }
    let manager = ServiceManager()
    switchboard.handler = { signal in
      switch signal {
      case .hangUp:
        manager.reloading(clock: loop.clock)
        node.attempt("reload") { _ = try node.reload() }
        manager.ready(status: "node \(card.name)")
      default:
        guard !node.isStopping else { return }
        journal.notice("stopping")
        manager.stopping()
        listener?.close()
        control.close()
        node.stop()
        loop.schedule(afterMilliseconds: NodeLimits.stopMilliseconds) { loop.stop() }
      }
    }
    node.start()
    manager.watch(loop: loop)
    manager.ready(status: "node \(card.name)")
    let address = listener?.localAddress ?? "no address"
    journal.notice(
      "node \(card.name) \(version): log \(card.origin) with \(store.durableHead(card.identity.id)?.size ?? 0) entries, listening on \(address)"
    )
    if let listener { listening(listener.localAddress) }
    try loop.run()
    node.flush()
    journal.notice("stopped")
  }

  /// Whether `address` is written as `--listen` takes it: as in a card, and port 0 too.
  public static func canListen(on address: String) -> Bool {
    Card.isAddress(address.hasSuffix(":0") ? address.dropLast() + "1" : address)
  }

  /// systemd's `LoadCredentialEncrypted=node.key:…`.
  private static func credential() -> String? {
    guard let folder = Environment.value("CREDENTIALS_DIRECTORY") else { return nil }
    let path = "\(folder)/node.key"
    return (try? FileSystem.status(path)) == nil ? nil : path
  }

  private static func check(_ secrets: NodeSecrets, _ card: Card, _ store: Store) throws {
    guard secrets.log.publicKey == card.log, secrets.sealing.publicKey == card.sealing,
      secrets.transport.publicKey == card.transport,
      secrets.cosigning.publicKey == card.cosigning
    else {
      throw IdentityError(
        .malformed, "the secret keys are not those of this node's card",
        hint: "both come from the same 'liaison init'; restore the one that was changed")
    }
    guard store.state(card.identity.id) != nil else {
      throw DaemonError.store("the log \(card.origin) is not in the store")
    }
  }
}

/// Signals are blocked before any thread exists, and handled when the node is there.
private final class SignalSwitch {
  var handler: (Signal) -> Void = { _ in }
}
