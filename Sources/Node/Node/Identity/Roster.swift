public import Log
internal import Runtime
internal import Store
public import Secrets

/// One node on the roster.
public struct RosterMember: Hashable, Sendable {
  /// The newest that this node believes.
  public let card: Card
  /// The standard ones where there is no file.
  public let settings: PeerSettings
  /// A key is there; whether it can be read shows when it is used.
  public let hasPresharedKey: Bool
  /// The card that an operator compared by voice last: another than `card` where that one was
  /// followed since.
  public let compared: Card

  /// By the card.
  public var name: NodeName { card.name }
}

/// The nodes that this one knows: what is in `peers/` (Protocols/card.md, 6).
public struct Roster: Hashable, Sendable {
  /// Sorted by name.
  public var members: [RosterMember] = []
  /// Removed by the operator, by name; only another `peer add` brings them back.
  public var removed: [NodeName] = []
  /// Files that could not be used, each with why.
  public var problems: [String] = []

  /// Nobody is known.
  public init() {}

  /// Nil for a node that is not known, or was removed.
  public func member(_ name: NodeName) -> RosterMember? { members.first { $0.name == name } }

  /// Logs that are stored of each node besides that of its present card: its earlier epochs, in
  /// order.
  public static func earlierEpochs(_ folder: NodeFolder, _ roster: Roster) -> [NodeName: [Origin]] {
    var found: [NodeName: [Origin]] = [:]
    for id in (try? FileSystem.list(folder.logs)) ?? [] {
      guard
        let bytes = try? FileSystem.read("\(folder.logs)/\(id)/identity", maxBytes: 1_024),
        let identity = LogIdentity(storedText: bytes),
        let member = roster.member(identity.origin.name), member.card.identity != identity
      else { continue }
      found[identity.origin.name, default: []].append(identity.origin)
    }
    return found.mapValues { $0.sorted { $0.epoch < $1.epoch } }
  }

  /// Reads the folder. A file that cannot be used is a problem of its node alone.
  public static func load(_ folder: NodeFolder) throws(IdentityError) -> Roster {
    let files = try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.list(folder.peers)
    }
    var roster = Roster()
    let present = Set(files)
    for file in files where file.hasSuffix(".card") && !file.hasPrefix(".") {
      guard let name = try? NodeName(String(file.dropLast(5))) else {
        roster.problems.append("\(folder.peers)/\(file): not the name of a node")
        continue
      }
      guard !present.contains("\(name.text).removed") else {
        roster.removed.append(name)
        continue
      }
      guard roster.members.count < NodeLimits.rosterMembers else {
        roster.problems.append("\(folder.peers): more than \(NodeLimits.rosterMembers) cards")
        break
      }
      do throws(IdentityError) {
        roster.members.append(
          try member(
            name, folder,
            hasKey: try PresharedKeys.file(name, rank: 0, folder) != nil))
      } catch {
        roster.problems.append(error.reason)
      }
    }
    roster.members.sort { $0.name < $1.name }
    return roster
  }

  private static func member(
    _ name: NodeName, _ folder: NodeFolder, hasKey: Bool
  ) throws(IdentityError) -> RosterMember {
    let card = try CardFile.read(folder.card(of: name))
    guard card.name == name else {
      throw IdentityError(
        .malformed, "\(folder.card(of: name)) is the card of \(card.name.text)",
        hint: "name the file after its node")
    }
    return RosterMember(
      card: card, settings: try settings(name, folder), hasPresharedKey: hasKey,
      compared: try comparedCard(name, folder) ?? card)
  }

  /// nil when the present card is the one that was compared.
  private static func comparedCard(
    _ name: NodeName, _ folder: NodeFolder
  ) throws(IdentityError) -> Card? {
    let path = folder.compared(of: name)
    let isThere = try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.status(path) != nil
    }
    return isThere ? try CardFile.read(path) : nil
  }

  /// Puts a followed card into the place of the last. The one that was compared by voice stays
  /// beside it.
  static func follow(
    _ next: Card, after known: Card, _ folder: NodeFolder
  ) throws(IdentityError) {
    let compared = folder.compared(of: next.name)
    try IdentityError.wrap { () throws(SystemError) in
      if try FileSystem.status(compared) == nil {
        try FileSystem.atomicWrite(compared, known.note, mode: 0o644)
      }
      try FileSystem.atomicWrite(folder.card(of: next.name), next.note, mode: 0o644)
    }
  }

  static func settings(
    _ name: NodeName, _ folder: NodeFolder
  ) throws(IdentityError) -> PeerSettings {
    let path = folder.settings(of: name)
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try FileSystem.read(path, maxBytes: PeerSettings.fileBytes)
    } catch {
      if error.isNotFound { return PeerSettings() }
      throw IdentityError(error)
    }
    return try PeerSettings(parsing: bytes, path: path)
  }

  /// The pre-shared key with `name`, if the operators exchanged one.
  /// - Parameter rank: 0 is the present one, 1 the one before it.
  public static func presharedKey(
    with name: NodeName, rank: Int = 0, _ folder: NodeFolder
  ) throws(IdentityError) -> PresharedKey {
    let file = try PresharedKeys.file(name, rank: rank, folder)
    let path = file?.path ?? folder.presharedKey(of: name, rank: rank)
    let text = try OwnSecrets.guarded(
      path, maxBytes: NodeLimits.presharedKeyFileBytes, allowsOthers: file?.isCredential ?? false)
    do {
      return try PresharedKey(text: text)
    } catch {
      throw IdentityError(
        .malformed, "\(path) holds no pre-shared key",
        hint: "it is one line: 32 bytes in Base64")
    }
  }
}
