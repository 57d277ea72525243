import CommandLine
import Crypto
import Glibc
import Log
import Node
import Runtime
import Secrets

enum EpochVerb {
  static let verb = Verb(
    "epoch open", "go on in the node's next epoch, with the recovery file",
    details: [
      "For a node that was restored, whose log is closed or forked, or whose log key may be known to others. "
        + "The daemon must be running, and have asked its peers. Partners follow by themselves, because their "
        + "card of the epoch before commits to the key in the recovery file. Audiences are opened anew.",
      "After a theft of the log key, --ends-at leaves out what the thief signed: those entries are late everywhere, and what "
        + "they withdraw comes back. Without it everything that is here is yours.",
      "A new recovery file is written, for the epoch after, under the same passphrase unless --next-passphrase-file "
        + "names another. Keep it as you kept the one before, and make a new backup and a new keys export.",
      "With --prepared neither recovery file nor passphrase comes to this machine: see epoch plan and epoch prepare.",
      "A command that broke off can be given again.",
    ],
    options: [
      Option("--recovery", "FILE", summary: "the recovery file of the next epoch"),
      Option(
        "--prepared", "DIR2",
        summary: "instead: what \"liaison epoch prepare\" made on another machine"),
      Liaison.data,
      Option(
        "--next-recovery", "FILE",
        summary: "where to write the one after (default: beside the data folder)"),
      Option("--passphrase-file", "FILE", summary: "read the recovery file's passphrase from here"),
      Option(
        "--next-passphrase-file", "FILE", summary: "read the passphrase of the new one from here"),
      Option(
        "--without", "NAME",
        summary: "in spite of own entries that this peer shows and does not deliver", repeats: true),
      endsAt,
      Option("--unasked", summary: "also if no peer answered, whatever those that did show"),
    ])

  static let endsAt = Option(
    "--ends-at", "SIZE",
    summary: "end the epoch before with so many entries: what stands above was not yours")

  static func run(_ arguments: Arguments) throws(Failure) {
    let folder = arguments.folder
    let own = try Failure.wrap { () throws(IdentityError) in try CardFile.own(folder) }
    var opening = EpochOpening(
      arguments: arguments, folder: folder, own: own, daemon: try DaemonConnection(folder))
    let prepared: NextEpoch
    if let place = arguments.value("--prepared") {
      prepared = try opening.take(place)
    } else {
      prepared = try opening.run()
    }
    try opening.wait(for: prepared.card.origin)
    Output.print(
      "opened \(prepared.card.origin.text) in \(folder.root)\n\(prepared.card.fingerprint)\n")
    if let follows = prepared.genesis.follows {
      Output.print("it follows \(follows.origin.text) at \(follows.size) entries\n")
    }
    let file = folder.openingFile(of: prepared.card.origin.epoch)
    if (try? FileSystem.writeNew(file, prepared.opening, mode: 0o644)) != nil {
      Output.print("for partners who do not reach this node: \(file) (liaison epoch import)\n")
    }
    if let path = opening.nextRecovery {
      Output.print("recovery file of the epoch after: \(path) (keep it off this machine)\n")
    }
    Output.print("earlier backups and exports of keys are of the epoch before: make new ones\n")
  }
}

/// One run of the command: what it reads, what it wrote already.
private struct EpochOpening {
  let arguments: Arguments
  let folder: NodeFolder
  let own: Card
  var daemon: DaemonConnection
  /// The recovery file that was written now.
  var nextRecovery: String?

  init(arguments: Arguments, folder: NodeFolder, own: Card, daemon: DaemonConnection) {
    self.arguments = arguments
    self.folder = folder
    self.own = own
    self.daemon = daemon
  }

  /// Somebody may publish between the two calls: then the epoch is prepared once more.
  private static let attempts = 5
  private static let adoptedWithinSeconds = 30

  mutating func run() throws(Failure) -> NextEpoch {
    guard let recovery = arguments.value("--recovery") else {
      throw Failure(
        .usage, "epoch open needs --recovery or --prepared.",
        hint: "Name the recovery file of the next epoch, or what was prepared elsewhere.")
    }
    let earlier = try Failure.wrap { () throws(IdentityError) in try NextEpoch.load(folder) }
    if let earlier, try adopt(earlier, isEarlier: true) {
      Output.print(
        "going on with \(earlier.card.origin.text), which was prepared before: keep the recovery file that was "
          + "written then\n")
      return earlier
    }
    let path = arguments.value("--next-recovery")
    let passphrase = try arguments.passphrase("the recovery file")
    let contents = try Failure.wrap { () throws(IdentityError) in
      try NextEpoch.readRecovery(recovery, passphrase: passphrase)
    }
    var plan = try plan(contents)
    if let size = try arguments.endsAt(), plan.predecessor.size != size {
      throw Failure.noEnd(of: plan.predecessor.origin.text, plan.predecessor.size, at: size)
    }
    let commitment: OpeningKeyHash
    let after = try Failure.wrap { () throws(IdentityError) in try plan.origin.next().epoch }
    let place = path ?? folder.defaultRecovery(of: after)
    if let earlier, opens(place, earlier.card.opening, passphrase) {
      // A command that broke off wrote it.
      commitment = earlier.card.opening
      nextRecovery = place
    } else {
      commitment = try writeRecovery(place, plan.origin, passphrase)
    }
    for _ in 0..<EpochOpening.attempts {
      let prepared = try Failure.wrap { () throws(IdentityError) in
        try NextEpoch.prepare(
          plan, key: contents.key, commitment: commitment,
          credential: OwnSecrets.credential(), in: folder)
      }
      if try adopt(prepared) { return prepared }
      plan = try self.plan(contents)
    }
    throw Failure(
      .temporaryFailure, "Entries were published all the time, so that no end could be cited.",
      hint:
        "Stop publishing, and give the command again. Until then \(folder.next) holds the key of the next "
        + "epoch unencrypted: remove that folder if you do not go on.")
  }

  /// Prepared on another machine, and fits as it is or not at all.
  mutating func take(_ place: String) throws(Failure) -> NextEpoch {
    guard !arguments.has("--recovery") else {
      throw Failure(
        .usage, "--prepared and --recovery exclude each other.", hint: "Give one of them.")
    }
    let prepared = try Failure.wrap { () throws(IdentityError) in
      try NextEpoch.take(
        from: FileSystem.canonical(place), credential: OwnSecrets.credential(), in: folder)
    }
    guard try adopt(prepared) else {
      throw Failure(
        .dataError,
        "Entries came since \(prepared.card.origin.text) was prepared: it does not cite them.",
        hint:
          "Make a new plan (liaison epoch plan), prepare the epoch again, and publish nothing meanwhile."
      )
    }
    return prepared
  }

  private func plan(_ contents: borrowing RecoveryFile.Contents) throws(Failure) -> EpochPlan {
    let epochs = try daemon.call(
      "Epochs", EpochsRequest(endsAt: try arguments.endsAt()), reply: EpochsReply.self)
    return try Failure.wrap { () throws(IdentityError) in
      try EpochPlan(
        recovery: contents.origin, key: contents.key.publicKey, name: own.name, epochs,
        waived: Set(arguments.all("--without")), isUnasked: arguments.has("--unasked"))
    }
  }

  /// True when there is a recovery file that holds this key.
  private func opens(
    _ path: String, _ commitment: OpeningKeyHash, _ passphrase: borrowing GuardedBytes
  ) -> Bool {
    do throws(IdentityError) {
      let key: OpeningPublicKey
      if let other = arguments.value("--next-passphrase-file") {
        key = try NextEpoch.readRecovery(
          path, passphrase: try OwnSecrets.passphrase(from: other)
        ).key.publicKey
      } else {
        key = try NextEpoch.readRecovery(path, passphrase: passphrase).key.publicKey
      }
      return key.commitment == commitment
    } catch {
      return false
    }
  }

  private mutating func writeRecovery(
    _ path: String, _ origin: Origin, _ passphrase: borrowing GuardedBytes
  ) throws(Failure) -> OpeningKeyHash {
    let hash: OpeningKeyHash
    if let other = arguments.value("--next-passphrase-file") {
      hash = try Failure.wrap { () throws(IdentityError) in
        try NextEpoch.writeRecovery(
          path, after: origin, folder, passphrase: try OwnSecrets.passphrase(from: other))
      }
    } else {
      hash = try Failure.wrap { () throws(IdentityError) in
        try NextEpoch.writeRecovery(path, after: origin, folder, passphrase: passphrase)
      }
    }
    nextRecovery = path
    return hash
  }

  /// - Parameter isEarlier: what a command that broke off left: if it does not fit any more, it is
  ///   made anew.
  /// - Returns: false when the epoch before has moved since.
  private func adopt(_ prepared: NextEpoch, isEarlier: Bool = false) throws(Failure) -> Bool {
    let endsAt = try arguments.endsAt()
    do throws(ControlError) {
      do throws(Failure) {
        try daemon.send(
          ControlCall.encode(
            "AdoptEpoch",
            AdoptRequest(
              origin: prepared.card.origin.text, endsAt: endsAt)))
      } catch {
        throw DaemonConnection.connectionLost
      }
      _ = try daemon.answer(AdoptReply.self)
      return true
    } catch .epochMoved {
      return false
    } catch {
      if case .refused = error, isEarlier, error != DaemonConnection.connectionLost { return false }
      throw Failure(error)
    }
  }

  /// The daemon begins again: until it signs in the new epoch, or waits to.
  mutating func wait(for origin: Origin) throws(Failure) {
    for _ in 0..<(EpochOpening.adoptedWithinSeconds * 10) {
      if let fresh = try? DaemonConnection(folder),
        let epochs = try? fresh.call("Epochs", reply: EpochsReply.self), epochs.own == origin.text
      {
        return
      }
      _ = usleep(100_000)
    }
    throw Failure(
      .temporaryFailure, "\(origin.text) was opened, but liaisond did not begin again with it yet.",
      hint: "See its log; start it if it ended: it goes on there.")
  }
}

extension Arguments {
  /// How many entries of the epoch before were the operator's; nil: all that are here.
  func endsAt() throws(Failure) -> UInt64? {
    guard let text = value(EpochVerb.endsAt.name) else { return nil }
    guard let size = UInt64(text), size > 0, size <= UInt64(Int64.max) else {
      throw Failure(
        .usage, "--ends-at is no number of entries.",
        hint: "Give the index of the first entry that was not yours, for example 17 for nl/1/17.")
    }
    return size
  }
}

extension Failure {
  static func noEnd(of origin: String, _ entries: UInt64, at size: UInt64) -> Failure {
    Failure(
      .usage, "\(origin) has \(entries) entries here, and not \(size).",
      hint: "Give the number of entries that were yours: the index of the first that was not.")
  }
}
