import Log
import Runtime
public import Secrets
import Text

/// Reads this node's secret keys, and the pre-shared keys, straight into guarded memory.
public enum OwnSecrets {
  /// - Parameter credential: a file that systemd's `LoadCredentialEncrypted=` provides instead of
  ///   `secrets/node.key`.
  public static func load(
    _ folder: NodeFolder, credential: String? = nil
  ) throws(IdentityError) -> NodeSecrets {
    try load(folder, at: credential ?? folder.secrets, allowsOthers: credential != nil)
  }

  /// - Parameter allowsOthers: a credential carries an access list that shows as group bits.
  static func load(
    _ folder: NodeFolder, at path: String, allowsOthers: Bool = false
  ) throws(IdentityError) -> NodeSecrets {
    let bytes: GuardedBytes
    do throws(IdentityError) {
      bytes = try guarded(path, maxBytes: NodeSecrets.encodedBytes, allowsOthers: allowsOthers)
    } catch {
      let hint =
        error.kind == .missing
        ? "restore it from an export of the keys: without it this node can neither sign nor read; if "
          + "systemd keeps it, name the folder with it in CREDENTIALS_DIRECTORY" : error.hint
      throw IdentityError(error.kind, error.reason, hint: hint)
    }
    do {
      return try NodeSecrets.load(from: bytes)
    } catch {
      throw IdentityError(
        .malformed, "\(path) does not hold this node's keys",
        hint: "restore the file; it is written once, by \"liaison init\"")
    }
  }

  /// The first keys of the card's epoch, to which the rotations since lead to what the card names:
  /// the credential's, or, once an epoch was opened and the credential is of the one before,
  /// `next.key` or those in the folder.
  static func first(
    _ folder: NodeFolder, credential: String?, for card: Card
  ) throws(IdentityError) -> NodeSecrets {
    let rotated = try rotated(folder).upTo(card.serial)
    let secrets = try load(folder, credential: credential)
    if secrets.after(rotated).matches(card) { return secrets }
    if let next = self.credential("next.key"), let following = try? load(folder, credential: next),
      following.after(rotated).matches(card)
    {
      return following
    }
    guard credential != nil, let own = try? load(folder), own.after(rotated).matches(card) else {
      throw foreign(card)
    }
    return own
  }

  /// The secrets of rotations of the present epoch.
  static func rotated(_ folder: NodeFolder) throws(IdentityError) -> RotatedKeys {
    let status = try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.status(folder.rotatedSecrets)
    }
    guard status != nil else { return RotatedKeys() }
    let bytes = try guarded(folder.rotatedSecrets, maxBytes: RotatedKeys.maxBytes)
    do { return try RotatedKeys(parsing: bytes) } catch {
      throw IdentityError(
        .malformed, "\(folder.rotatedSecrets) does not hold keys of rotations",
        hint: "restore it from an export of the keys that was made after the last rotation")
    }
  }

  static func write(_ rotated: RotatedKeys, _ folder: NodeFolder) throws(SystemError) {
    try FileSystem.makeFolder(folder.secretsFolder)
    try rotated.withEncoded { keys throws(SystemError) in
      try GuardedFile.write(folder.rotatedSecrets, keys)
    }
  }

  /// Keys that are kept of the node's earlier epochs.
  public static func earlier(_ folder: NodeFolder) throws(IdentityError) -> EarlierKeys {
    let status = try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.status(folder.earlierSecrets)
    }
    guard status != nil else { return EarlierKeys() }
    let bytes = try guarded(folder.earlierSecrets, maxBytes: EarlierKeys.maxBytes)
    do { return try EarlierKeys(parsing: bytes) } catch {
      throw IdentityError(
        .malformed, "\(folder.earlierSecrets) does not hold keys of earlier epochs",
        hint: "restore it from an export of the keys: without it older records cannot be read")
    }
  }

  /// Keeps, of all secrets of the epoch that `next` follows, what is needed to read and to answer.
  /// - Parameter first: of the epoch's first card.
  static func retire(
    _ first: NodeSecrets, of card: Card, _ folder: NodeFolder
  ) throws(IdentityError) {
    let earlier = try earlier(folder)
      .adding(first.sets(after: try rotated(folder), of: card.origin.epoch))
    try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.makeFolder(folder.secretsFolder)
      try earlier.withEncoded { keys throws(SystemError) in
        try GuardedFile.write(folder.earlierSecrets, keys)
      }
    }
  }

  static var credentialFolder: String? { Environment.value("CREDENTIALS_DIRECTORY") }

  /// The file of a credential that systemd gives the service, where there is one: `node.key`;
  /// `next.key`, the keys of an epoch that was opened since; `psk_NAME`, the pre-shared key with a
  /// peer.
  public static func credential(_ name: String = "node.key") -> String? {
    guard let folder = credentialFolder else { return nil }
    let path = "\(folder)/\(name)"
    // One that is there and cannot be looked at is none to go without.
    do { return try FileSystem.status(path) == nil ? nil : path } catch { return path }
  }

  /// The keys do not belong to the card beside them.
  static func foreign(_ card: Card) -> IdentityError {
    IdentityError(
      .malformed, "the secret keys are not those of the card of \(card.origin.text)",
      hint:
        "both come from the same \"liaison init\" or \"epoch open\"; restore the one that was changed"
    )
  }

  static func guarded(
    _ path: String, maxBytes: Int, allowsOthers: Bool = false
  ) throws(IdentityError) -> GuardedBytes {
    do throws(SystemError) {
      let file = try GuardedFile(path, maxBytes: maxBytes, allowsOthers: allowsOthers)
      return try GuardedBytes(count: file.bytes) { bytes throws(SystemError) in
        try file.read(into: &bytes)
      }
    } catch {
      let isOpenToOthers = error.isPermission && error.call.contains("chmod")
      throw IdentityError(
        error,
        hint: isOpenToOthers ? "others could have read it: see who did, then chmod 600 \(path)" : ""
      )
    }
  }

  /// The passphrase in a file: its one line, with or without an end.
  public static func passphrase(from path: String) throws(IdentityError) -> GuardedBytes {
    let text = try given(path, maxBytes: NodeLimits.passphraseFileBytes)
    return try onlyLine(of: text, path)
  }

  /// A secret in a file that the operator named: also through a link, and from a pipe.
  static func given(_ path: String, maxBytes: Int) throws(IdentityError) -> GuardedBytes {
    var count = 0
    do throws(SystemError) {
      // A byte more tells a file that is too long.
      let memory = try GuardedBytes(count: maxBytes + 1) { bytes throws(SystemError) in
        count = try GuardedFile.readGiven(path, into: &bytes)
      }
      return memory.prefix(count)
    } catch {
      throw IdentityError(error)
    }
  }

  private static func onlyLine(
    of text: borrowing GuardedBytes, _ path: String
  ) throws(IdentityError) -> GuardedBytes {
    do throws(TextProblem) {
      return try text.withBytes { bytes throws(TextProblem) in
        GuardedBytes(copying: bytes.extracting(try TextFile.onlyLine(of: bytes)))
      }
    } catch {
      throw IdentityError(error, path: path)
    }
  }
}

extension NodeSecrets {
  /// True when these are the keys that the card names.
  func matches(_ card: Card) -> Bool {
    log.publicKey == card.log && sealing.publicKey == card.sealing
      && transport.publicKey == card.transport && cosigning.publicKey == card.cosigning
  }
}
