import Crypto
public import Log
import Runtime
public import Secrets
import Store

/// Brings a node back from a backup and an export of its keys. There is no token afterwards, so
/// that its log is closed until the next epoch is opened (Protocols/store.md, STO-41).
public enum Restore {
  /// Refuses what `run` would refuse, before anybody is asked for a passphrase.
  public static func check(from backup: String, to folder: NodeFolder) throws(IdentityError) {
    _ = try card(of: backup)
    try NodeCopy.check(folder.root, source: backup)
  }

  /// - Throws: `.refused` where keys and backup are not of one node and epoch.
  public static func run(
    from backup: String, keys: borrowing KeysExport.Contents, to folder: NodeFolder
  ) throws(IdentityError) -> (card: Card, summary: CopySummary) {
    try check(from: backup, to: folder)
    let card = try card(of: backup)
    let (secrets, earlier, presharedKeys) = try content(keys, card)
    let copy = NodeCopy(source: NodeFolder(backup).root, target: folder, card: card)
    let summary = try copy.run(
      secrets: { () throws(IdentityError) in
        try write(secrets, earlier, presharedKeys, folder)
      },
      store: { source, disk, salt throws(StoreCopyError) in
        try StoreCopy.run(closed: source, to: disk, salt: salt)
      })
    return (card, summary)
  }

  private static func card(of backup: String) throws(IdentityError) -> Card {
    let path = NodeFolder(backup).card
    do throws(IdentityError) {
      return try CardFile.read(path)
    } catch {
      guard error.kind == .missing else { throw error }
      throw IdentityError(
        .missing, "there is no complete backup in \(backup): node.card is missing",
        hint: "name the folder that \"liaison backup\" wrote to its end")
    }
  }

  private static func content(
    _ keys: borrowing KeysExport.Contents, _ card: Card
  ) throws(IdentityError) -> (NodeSecrets, EarlierKeys, [NamedKey]) {
    let secrets: NodeSecrets
    let earlier: EarlierKeys
    do {
      secrets = try keys.secrets()
      earlier = try keys.earlier()
    } catch {
      throw IdentityError(
        .malformed, "the file holds no keys of a node", hint: "take another copy of it")
    }
    guard secrets.matches(card) else {
      throw IdentityError(
        .refused, "these are keys of \(keys.origin), and the backup is of \(card.origin.text)",
        hint: "an export and a backup belong together: make both anew after each new epoch")
    }
    guard let found = keys.presharedKeys() else {
      throw IdentityError(
        .malformed, "the pre-shared keys in the file are damaged", hint: "take another copy of it")
    }
    var named: [NamedKey] = []
    for item in found {
      guard let name = try? NodeName(item.name), item.rank < PresharedKeys.kept else {
        throw IdentityError(
          .malformed,
          "the file holds key \(item.rank) of \"\(item.name)\", which no node has",
          hint: "take another copy of it")
      }
      named.append(NamedKey(name: name, rank: Int(item.rank), key: item.key))
    }
    return (secrets, earlier, named)
  }

  private struct NamedKey {
    let name: NodeName
    let rank: Int
    let key: Held<PresharedKey>
  }

  private static func write(
    _ secrets: NodeSecrets, _ earlier: EarlierKeys, _ presharedKeys: [NamedKey],
    _ folder: NodeFolder
  ) throws(IdentityError) {
    try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.makeFolder(folder.secretsFolder)
      for item in presharedKeys {
        try item.key.secret.withText { text throws(SystemError) in
          try GuardedFile.write(folder.presharedKey(of: item.name, rank: item.rank), text)
        }
      }
      if !earlier.epochs.isEmpty {
        try earlier.withEncoded { keys throws(SystemError) in
          try GuardedFile.write(folder.earlierSecrets, keys)
        }
      }
      try secrets.withEncoded { seeds throws(SystemError) in
        try GuardedFile.write(folder.secrets, seeds)
      }
    }
  }
}
