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
    let found = try content(keys, card)
    let copy = NodeCopy(source: NodeFolder(backup).root, target: folder, card: card)
    let summary = try copy.run(
      secrets: { () throws(IdentityError) in
        try write(found, folder)
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

  private struct Content {
    let secrets: NodeSecrets
    let rotated: RotatedKeys
    let earlier: EarlierKeys
    let presharedKeys: [NamedKey]
  }

  private static func content(
    _ keys: borrowing KeysExport.Contents, _ card: Card
  ) throws(IdentityError) -> Content {
    let secrets: NodeSecrets
    let rotated: RotatedKeys
    let earlier: EarlierKeys
    do {
      secrets = try keys.secrets()
      rotated = try keys.rotated()
      earlier = try keys.earlier()
    } catch {
      throw IdentityError(
        .malformed, "the file holds no keys of a node", hint: "take another copy of it")
    }
    guard secrets.after(rotated.upTo(card.serial)).matches(card) else {
      throw IdentityError(
        .refused,
        "these are keys of \(keys.origin) up to card \(rotated.generations.last?.serial ?? 1), and the backup is of "
          + "\(card.origin.text), card \(card.serial)",
        hint:
          "take the export that was made after the last rotation, or an older backup: make both anew after "
          + "each rotation and each new epoch")
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
    return Content(secrets: secrets, rotated: rotated, earlier: earlier, presharedKeys: named)
  }

  private struct NamedKey {
    let name: NodeName
    let rank: Int
    let key: Held<PresharedKey>
  }

  private static func write(
    _ content: Content, _ folder: NodeFolder
  ) throws(IdentityError) {
    try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.makeFolder(folder.secretsFolder)
      for item in content.presharedKeys {
        try item.key.secret.withText { text throws(SystemError) in
          try GuardedFile.write(folder.presharedKey(of: item.name, rank: item.rank), text)
        }
      }
      if !content.rotated.generations.isEmpty { try OwnSecrets.write(content.rotated, folder) }
      if !content.earlier.cards.isEmpty {
        try content.earlier.withEncoded { keys throws(SystemError) in
          try GuardedFile.write(folder.earlierSecrets, keys)
        }
      }
      try content.secrets.withEncoded { seeds throws(SystemError) in
        try GuardedFile.write(folder.secrets, seeds)
      }
    }
  }
}
