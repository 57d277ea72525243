import Crypto
import Log
import Runtime
import Sealing
import Secrets

/// The keys that operators exchanged with one peer's: `peers/NAME.psk` is the present one,
/// `peers/NAME_1.psk` the one before it. Where there is no such file, it may be a credential of the
/// service: `psk_NAME`, `psk_NAME_1`. A key that is replaced still opens what was sealed with it.
enum PresharedKeys {
  /// The present one and those before it.
  static let kept = SealingLimits.presharedKeysTried

  /// The present one first.
  static func all(
    with name: NodeName, _ folder: NodeFolder
  ) throws(IdentityError) -> [Held<PresharedKey>] {
    var keys: [Held<PresharedKey>] = []
    for rank in 0..<kept {
      guard try file(name, rank: rank, folder) != nil else { continue }
      keys.append(Held(try Roster.presharedKey(with: name, rank: rank, folder)))
    }
    return keys
  }

  /// Where a key is: in the data folder, or else with the credentials of the service.
  /// - Returns: nil when no such key was exchanged.
  static func file(
    _ name: NodeName, rank: Int, _ folder: NodeFolder
  ) throws(IdentityError) -> (path: String, isCredential: Bool)? {
    let path = folder.presharedKey(of: name, rank: rank)
    let status = try IdentityError.wrap { () throws(SystemError) in try FileSystem.status(path) }
    if status != nil { return (path, false) }
    return OwnSecrets.credential(credentialStart + name.text + ending(rank)).map { ($0, true) }
  }

  /// Every key that is kept, earlier ones too, also those with nodes that were removed.
  static func kept(
    _ folder: NodeFolder
  ) throws(IdentityError) -> [(name: NodeName, rank: Int)] {
    let files = try IdentityError.wrap { () throws(SystemError) in
      let credentials = try OwnSecrets.credentialFolder.map { path throws(SystemError) in
        try FileSystem.list(path)
      }
      return (
        try FileSystem.list(folder.peers).filter { !$0.hasPrefix(".") },
        (credentials ?? []).filter { $0.hasPrefix(credentialStart) }
      )
    }
    var found = files.0.compactMap { parse($0) }
    for key in files.1.compactMap({ parse(words: $0.dropFirst(credentialStart.count)) })
    where !found.contains(where: { $0 == key }) {
      found.append(key)
    }
    return found
  }

  private static let fileEnd = ".psk"
  private static let credentialStart = "psk_"

  private static func ending(_ rank: Int) -> String { rank == 0 ? "" : "_\(rank)" }

  /// The peer and the rank of a key, by the name of its file in `peers/`.
  static func parse(_ file: String) -> (name: NodeName, rank: Int)? {
    file.hasSuffix(fileEnd) ? parse(words: file.dropLast(fileEnd.count)) : nil
  }

  private static func parse(words text: Substring) -> (name: NodeName, rank: Int)? {
    for rank in 0..<kept where text.hasSuffix(ending(rank)) {
      guard let name = try? NodeName(String(text.dropLast(ending(rank).count))) else { continue }
      return (name, rank)
    }
    return nil
  }

  /// Moves what is there one rank on, the oldest out, if it is another key than `next`. The present
  /// key stays in its place until another is written over it: a peer is never without its key.
  static func retire(
    _ name: NodeName, _ folder: NodeFolder, for next: borrowing PresharedKey
  ) throws(IdentityError) {
    let keys = try all(with: name, folder)
    let status = try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.status(folder.presharedKey(of: name))
    }
    guard status != nil, let present = keys.first, !isEqual(present.secret, next) else { return }
    // A run that broke off here has moved it on already.
    if keys.count > 1, isEqual(present.secret, keys[1].secret) { return }
    try IdentityError.wrap { () throws(SystemError) in
      for rank in stride(from: kept - 2, through: 1, by: -1) {
        let path = folder.presharedKey(of: name, rank: rank)
        guard try FileSystem.status(path) != nil else { continue }
        try FileSystem.rename(path, to: folder.presharedKey(of: name, rank: rank + 1))
      }
      try present.secret.withText { text throws(SystemError) in
        try GuardedFile.write(folder.presharedKey(of: name, rank: 1), text)
      }
    }
  }

  private static func isEqual(
    _ one: borrowing PresharedKey, _ other: borrowing PresharedKey
  ) -> Bool {
    one.withBytes { one in other.withBytes { Bytes32(one) == Bytes32($0) } }
  }
}
