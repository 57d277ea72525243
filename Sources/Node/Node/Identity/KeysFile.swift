import Log
import Runtime
public import Secrets

/// The file with all keys of a node under a passphrase, `liaison keys export`
/// (Protocols/sealing.md, 10).
public enum KeysFile {
  /// Refuses what `export` would refuse, before anybody is asked for a passphrase.
  public static func check(_ path: String, for folder: NodeFolder) throws(IdentityError) {
    try OutsideFile.check(path, folder: folder, hint: "keep every export: name another path")
  }

  /// Writes a new file, reads it back from the disk and compares all of it.
  /// - Parameter credential: where the secret keys are, if not in the folder.
  /// - Returns: the log whose keys they are, and how many pre-shared keys are with them.
  public static func export(
    _ folder: NodeFolder, credential: String?, to path: String,
    passphrase: borrowing GuardedBytes, cost: PassphraseCost = .moderate
  ) throws(IdentityError) -> (origin: String, presharedKeys: Int) {
    try check(path, for: folder)
    let card = try CardFile.own(folder)
    let secrets = try OwnSecrets.first(folder, credential: credential, for: card)
    let keys = try presharedKeys(folder)
    let contents = KeysExport.Contents(
      origin: card.origin.text, secrets: secrets, rotated: try OwnSecrets.rotated(folder),
      earlier: try OwnSecrets.earlier(folder),
      presharedKeys: keys)
    var random = SystemRandom()
    let text: [UInt8]
    do throws(PassphraseFileError) {
      text = try KeysExport.seal(contents, passphrase: passphrase, cost: cost, using: &random)
    } catch {
      throw IdentityError(error, path: path)
    }
    do throws(SystemError) {
      try FileSystem.writeNew(path, text, mode: 0o600)
    } catch {
      throw IdentityError(error)
    }
    let read = try KeysFile.read(path, passphrase: passphrase)
    guard read.isEqual(to: contents) else {
      throw IdentityError(
        .inputOutput, "\(path) does not read back as it was written",
        hint: "do not rely on it: look at that disk, and export to another one")
    }
    return (card.origin.text, keys.count)
  }

  /// - Throws: `.refused` for another passphrase, `.malformed` for another file.
  public static func read(
    _ path: String, passphrase: borrowing GuardedBytes
  ) throws(IdentityError) -> KeysExport.Contents {
    let text = try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.readGiven(path, maxBytes: KeysExport.maxBytes)
    }
    do throws(PassphraseFileError) {
      return try KeysExport.open(text, passphrase: passphrase)
    } catch {
      throw IdentityError(error, path: path)
    }
  }

  private static func presharedKeys(
    _ folder: NodeFolder
  ) throws(IdentityError) -> [KeysExport.PresharedKeyOfPeer] {
    var keys: [KeysExport.PresharedKeyOfPeer] = []
    for (name, rank) in try PresharedKeys.kept(folder) {
      guard keys.count < KeysExport.maxPresharedKeys else {
        throw IdentityError(
          .refused, "\(folder.peers) holds more than \(KeysExport.maxPresharedKeys) keys",
          hint: "remove those of nodes that are gone")
      }
      keys.append(
        KeysExport.PresharedKeyOfPeer(
          name: name.text, rank: UInt8(rank),
          key: Held(try Roster.presharedKey(with: name, rank: rank, folder))))
    }
    return keys
  }
}

/// A file that must be new, and outside the data folder: a copy of the folder must not bring it
/// along.
public enum OutsideFile {
  /// - Throws: `.refused` inside the folder, `.missing` where there is no folder for it, `.exists`.
  public static func check(
    _ path: String, folder: NodeFolder, hint: String
  ) throws(IdentityError) {
    let root = FileSystem.canonical(folder.root)
    guard !FileSystem.isInside(FileSystem.canonical(path), root) else {
      throw IdentityError(
        .refused, "the file \(path) would be inside the data folder",
        hint: "keep it where a copy of the folder does not bring it along")
    }
    let place = FileSystem.parent(path)
    guard place == FileSystem.parent(folder.root) || FileSystem.isFolder(place) else {
      throw IdentityError(
        .missing, "there is no folder \(place) for \(path)",
        hint: "make it first, or name another path")
    }
    let status = try IdentityError.wrap { () throws(SystemError) in try FileSystem.status(path) }
    guard status == nil else {
      throw IdentityError(.exists, "the file \(path) exists already", hint: hint)
    }
  }
}

extension IdentityError {
  /// A file under a passphrase was not written, or could not be opened.
  init(_ error: PassphraseFileError, path: String) {
    switch error {
    case .passphraseLength:
      self.init(
        .refused, "the passphrase is empty or longer than 1,024 bytes", hint: "choose another")
    case .passphraseTooShort:
      self.init(
        .refused,
        "the passphrase is shorter than \(PassphraseFileError.leastNewBytes) bytes, and whoever finds "
          + "\(path) could guess it", hint: "choose one of several words")
    case .text(let problem): self.init(problem, path: path)
    case .malformed(let line):
      self.init(
        .malformed, "\(path) is not such a file: line \(line) is wrong", hint: "look at the path")
    case .costOutOfBounds:
      self.init(
        .malformed, "\(path) asks for more work than any file that was written here",
        hint: "it was altered: take another copy")
    case .outOfMemory:
      self.init(
        .inputOutput, "there is not enough memory to use the passphrase",
        hint: "256 MiB of free memory are needed for a second")
    case .wrongPassphraseOrDamaged:
      self.init(
        .refused, "the passphrase is not that of \(path), or the file is damaged",
        hint: "try again; if the passphrase is right, take another copy of the file")
    }
  }
}
