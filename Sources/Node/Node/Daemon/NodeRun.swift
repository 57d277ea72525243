import Log
import Replica
import Runtime
import Secrets
import Store

/// One run of a node: its store, its keys and its sockets, from a start to an end, on a loop that
/// the host turns. `liaisond` hosts one after the other, one for each epoch that its operator
/// opens; tests host several beside each other, on time that they give.
///
/// The host has the folder's lock. It calls `begin`, turns the loop until `didEnd`, and then
/// `finish`.
final class NodeRun {
  let node: Node
  private var tokenLock: LockFile?
  private let listener: TCPListener?
  private let localSockets: [UnixListener]
  /// The end was asked for, and what was on its way out has left, or had its time.
  var didEnd: () -> Void = {}
  /// The node has opened its next epoch: another run is to follow this one.
  private(set) var beginsAgain = false
  private var isEnding = false

  init(
    _ configuration: DaemonConfiguration, _ folder: NodeFolder, loop: EventLoop, logger: Logger
  ) throws {
    let budget = DescriptorBudget(limit: try Environment.raiseDescriptorLimit())
    loop.lookUpsAtOnce = budget.lookUps
    let token = TokenFile(path: configuration.token ?? folder.defaultToken)
    let disk = try FileDisk(folder: folder.root, openFiles: budget.storeFiles)
    let store = try Store.open(on: disk)
    // A copy of the folder beside the original would pass with the original's token.
    tokenLock = try token.lock()
    let room = Room(budget)
    node = try NodeRun.node(
      folder, token, store, disk, loop: loop, logger: logger, room: room,
      rotateSealingDays: configuration.rotateSealingDays)
    node.warnOfStart(budget, room)
    let control = try UnixListener(
      loop: loop, path: folder.controlSocket, mode: 0o600
    ) { [node] in node.acceptControl($0) }
    localSockets = [control] + (try NodeRun.groupSockets(node, configuration))
    listener = try configuration.listen.map { [node] address in
      do throws(SystemError) {
        return try TCPListener(loop: loop, address: address) { node.peers.accept($0) }
      } catch {
        throw DaemonError.listen(address, error)
      }
    }
    node.epochs.beginAgain = { [weak self] in
      self?.beginsAgain = true
      self?.close()
    }
  }

  var name: String { node.card.name.text }

  /// The address that it listens on, with the port that was chosen for 0; nil: it only dials.
  var address: String? { listener?.localAddress }

  func begin() {
    node.start()
    let size = node.store.durableHead(node.card.identity.id)?.size ?? 0
    node.notices.logger.notice(
      "node \(node.card.name) \(Daemon.version): log \(node.card.origin) with \(size) entries, listening on \(address ?? "no address")"
    )
  }

  func reload() { node.notices.attempt("reload") { _ = try node.reload() } }

  /// Ends it for good.
  func end() {
    beginsAgain = false
    close()
  }

  /// After `didEnd`: everything that was staged becomes durable, and another run may have the
  /// token.
  func finish() {
    node.flush()
    tokenLock = nil
    if !beginsAgain { node.notices.logger.notice("stopped") }
  }

  private func close() {
    guard !isEnding else { return }
    isEnding = true
    listener?.close()
    for socket in localSockets { socket.close() }
    node.stop()
    node.loop.schedule(afterMilliseconds: NodeLimits.stopMilliseconds) { [weak self] in
      self?.didEnd()
    }
  }

  // MARK: Parts

  private static func node(
    _ folder: NodeFolder, _ token: TokenFile, _ store: Store, _ disk: FileDisk, loop: EventLoop,
    logger: Logger, room: Room, rotateSealingDays: Int?
  ) throws -> Node {
    if let adopted = try NextEpoch.finishAdoption(folder, store, token) {
      logger.notice("\(adopted.card.origin): the opening that broke off was brought to its end")
    } else if try NextEpoch.holdsKey(folder) {
      logger.warning(
        "an epoch was prepared and not opened: \(folder.next) holds its log key unencrypted; open the epoch, or remove that folder"
      )
    }
    if let settled = try KeyRotation.settle(folder, store) { logger.notice(settled) }
    let card = try CardFile.own(folder)
    let keys = try keys(of: card, folder, logger)
    guard store.state(card.identity.id) != nil else {
      throw DaemonError.store("the log \(card.origin) is not in the store")
    }
    let roster = try LiveRoster.load(folder)
    let start = try SigningStart(
      card.identity, store, folder, token, hasPeers: roster.hasMembers)
    return try Node(
      loop: loop, folder: folder, keys: keys, roster: roster, store: store, disk: disk,
      logger: logger, token: token, start: start, room: room, rotateSealingDays: rotateSealingDays)
  }

  private static func keys(
    of card: Card, _ folder: NodeFolder, _ logger: Logger
  ) throws(IdentityError) -> OwnKeys {
    let credential = OwnSecrets.credential()
    let keys = try OwnKeys(folder, credential: credential, card: card)
    if let credential,
      try OwnSecrets.load(folder, credential: credential).log.publicKey != card.log
    {
      logger.warning(
        "the credential node.key is of an earlier epoch: encrypt the present keys anew with systemd-creds, then remove \(folder.secrets) and the credential next.key"
      )
    }
    return keys
  }

  /// The sockets of processes that are no operators.
  private static func groupSockets(
    _ node: Node, _ configuration: DaemonConfiguration
  ) throws -> [UnixListener] {
    let folder = configuration.run ?? node.files.folder.root
    let reader = try groupSocket(
      node, NodeFolder.readerSocket(in: folder), configuration.readerGroup
    ) { node.acceptReader($0) }
    let anchor = try groupSocket(
      node, NodeFolder.anchorSocket(in: folder), configuration.anchorGroup
    ) { node.acceptAnchor($0) }
    node.sockets.reader.group = reader.group
    node.sockets.anchor.group = anchor.group
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
}

extension Node {
  fileprivate func warnOfStart(_ budget: DescriptorBudget, _ room: Room) {
    if budget.limit < DescriptorBudget.least || room.peers < membership.roster.entries.count {
      notices.logger.warning(
        "this process may have \(budget.limit) open files: room for \(room.peers) connections with \(membership.roster.entries.count) peers; raise LimitNOFILE (ulimit -n)"
      )
    }
    for problem in membership.roster.problems { notices.logger.warning("roster: \(problem)") }
    if let warning = SecretMemory.warning { notices.logger.warning(warning) }
    for damage in store.damage { notices.logger.error("damage: \(damage)") }
  }
}
