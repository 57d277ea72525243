public import Log
import Runtime
import Secrets
import Varlink

/// The state that the next epoch will follow, as a file that is carried to a machine that has
/// nothing of the running one: `liaison epoch plan` writes it, `liaison epoch prepare` reads it. It
/// holds nothing that is secret.
public struct EpochPlanFile: Codable, Hashable, Sendable {
  /// Raised with every change of the file: others are refused.
  public static let version = "liaison-epoch-plan/v1"
  /// 64 epochs of 500 bytes, and each name of 500 peers at most 35 bytes, once as one that answered
  /// and once in a claim.
  public static let maxBytes = 256 << 10

  /// `version`, as it was when the file was written.
  public var format: String
  /// The node's name, without its epoch.
  public var name: String
  /// The address for the new card.
  public var address: String?
  /// As the daemon answered `Epochs`.
  public var epochs: EpochsReply

  /// - Parameter own: the card of the running epoch, for name and address.
  public init(own: Card, epochs: EpochsReply) {
    format = EpochPlanFile.version
    name = own.name.text
    address = own.address
    self.epochs = epochs
  }

  /// One line of JSON and its end.
  public func encode() -> [UInt8] { VarlinkJSON.encode(self) + [UInt8(ascii: "\n")] }

  /// - Throws: `.malformed` for another file, and for one of another version.
  public static func read(_ path: String) throws(IdentityError) -> EpochPlanFile {
    let bytes = try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.readGiven(path, maxBytes: maxBytes)
    }
    guard let file = try? VarlinkJSON.decode(EpochPlanFile.self, from: bytes),
      file.format == version, file.address.map(Card.isAddress) ?? true
    else {
      throw IdentityError(
        .malformed, "\(path) is no plan of an epoch",
        hint: "name the file that \"liaison epoch plan\" wrote")
    }
    return file
  }
}

// An epoch that is prepared where the node does not run.
extension NextEpoch {
  /// Puts what was prepared in `place` into `DIR/next`. Its keys may be missing there: then they
  /// are the credential `next.key` of the service.
  public static func take(
    from place: String, credential: String?, in folder: NodeFolder
  ) throws(IdentityError) -> NextEpoch {
    guard let prepared = try load(at: place) else {
      throw IdentityError(
        .missing, "no epoch is prepared in \(place): node.card is missing",
        hint: "name the folder that \"liaison epoch prepare\" made")
    }
    let own = try CardFile.own(folder)
    guard prepared.card.name == own.name else {
      throw IdentityError(
        .refused, "\(prepared.card.origin) was prepared, and this node is \(own.name)",
        hint: "carry it to its own node")
    }
    let secrets = try holdsKey(at: place) ? try OwnSecrets.load(folder, at: keyPath(place)) : nil
    if let secrets, !secrets.matches(prepared.card) { throw OwnSecrets.foreign(prepared.card) }
    try retire(folder, credential: credential)
    for step in PreparationStep.allCases {
      try prepared.perform(step, secrets, at: folder.next)
    }
    return prepared
  }
}
