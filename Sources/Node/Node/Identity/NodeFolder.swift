public import Log

/// Where things are in and beside one node's data folder. Only names; nothing is opened.
public struct NodeFolder: Hashable, Sendable {
  /// Without a trailing slash.
  public let root: String

  /// Where the package's unit has it.
  public static let defaultRoot = "/var/lib/liaison"

  /// - Parameter path: as it was given; whoever needs it canonical makes it so before.
  public init(_ path: String) {
    var bytes = Array(path.utf8)
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    root = String(decoding: bytes, as: UTF8.self)
  }

  /// The node's own card; a folder without one is no node's.
  public var card: String { root + "/node.card" }
  /// Mode 0700.
  var secretsFolder: String { root + "/secrets" }
  /// The secret keys, mode 0600 (`NodeSecrets`).
  public var secrets: String { root + "/secrets/node.key" }
  /// Secrets that are kept of the node's earlier epochs.
  var earlierSecrets: String { root + "/secrets/earlier.keys" }
  /// Secrets of the rotations of this epoch.
  var rotatedSecrets: String { root + "/secrets/rotated.keys" }
  /// A rotation on its way (Protocols/card.md, CARD-52).
  var begunRotation: String { root + "/secrets/rotation.next" }
  /// The newest own transport key that each peer used.
  var keyUse: String { root + "/keyuse" }
  /// The roster: cards, settings, pre-shared keys.
  public var peers: String { root + "/peers" }
  /// A folder for each log, by its id.
  public var logs: String { root + "/logs" }
  /// For operators: the node's own user and root.
  public var controlSocket: String { root + "/control.socket" }
  /// The socket of processes that gather what this node can read.
  public static func readerSocket(in folder: String) -> String { folder + "/reader.socket" }
  /// The hub has its looks anchored here.
  public static func anchorSocket(in folder: String) -> String { folder + "/anchor.socket" }
  /// How far the signatures of others' entries were verified.
  public var verified: String { root + "/verified" }
  /// How much was taken of each log today.
  public var taken: String { root + "/taken" }
  /// For how long the node has run.
  public var running: String { root + "/running" }
  /// The readers that named themselves (Protocols/readability.md, READ-24).
  public var readers: String { root + "/readers" }
  /// The records whose keys were destroyed here (Protocols/sealing.md, SEAL-30).
  public var forgotten: String { root + "/forgotten" }
  /// The ids under which the operator's tool published: its own notes, made from the log.
  public var ids: String { root + "/ids" }
  /// Held while a process writes in the folder (`LockFile`).
  public var lock: String { root + "/lock" }
  /// The first card that was held of each log, for ever (Protocols/card.md, CARD-11).
  public var cards: String { root + "/cards" }
  /// Evidence against authors.
  public var faults: String { root + "/faults" }
  /// The operator's decisions on groups.
  public var groups: String { root + "/groups" }
  /// Why the own log is closed here, if it is (Protocols/store.md, STO-42).
  public var closed: String { root + "/closed" }
  /// The next epoch, until it is adopted (Protocols/card.md, 8).
  public var next: String { root + "/next" }

  /// Beside the folder, never inside it: a copy of the folder must not bring them along.
  public var defaultRecovery: String { root + ".recovery" }
  /// The token of `Protocols/store.md`, 10, where `--token` names no other.
  public var defaultToken: String { root + ".token" }
  /// The recovery file of an epoch above the second.
  public func defaultRecovery(of epoch: UInt32) -> String { "\(root).recovery-\(epoch)" }

  /// The file that partners import.
  public func openingFile(of epoch: UInt32) -> String { "\(root).opening-\(epoch)" }

  /// `peers/be.card`
  public func card(of name: NodeName) -> String { "\(peers)/\(name.text).card" }
  /// The card that an operator compared last, where another was followed since.
  public func compared(of name: NodeName) -> String { "\(peers)/\(name.text).compared" }
  /// `peers/be.conf`
  public func settings(of name: NodeName) -> String { "\(peers)/\(name.text).conf" }
  /// `peers/be.psk`
  public func presharedKey(of name: NodeName) -> String { "\(peers)/\(name.text).psk" }
  /// One that was replaced: 1 is the one before the present key. No node's name has an underscore.
  public func presharedKey(of name: NodeName, rank: Int) -> String {
    rank == 0 ? presharedKey(of: name) : "\(peers)/\(name.text)_\(rank).psk"
  }
  /// A mark: the operator removed this node.
  public func removal(of name: NodeName) -> String { "\(peers)/\(name.text).removed" }
}

extension NodeName {
  /// The name that `publish --to` takes for the whole roster; no node has it (Protocols/card.md,
  /// CARD-1).
  static let everybody = try? NodeName("all")
}

/// A problem with a node's files, in words for the operator.
public struct IdentityError: Error, Hashable, Sendable {
  /// The tool's exit status follows from it.
  public enum Kind: Hashable, Sendable {
    /// There already, and not replaced.
    case exists
    /// Not there.
    case missing
    /// There, and not what it must be.
    case malformed
    /// A rule forbids it.
    case refused
    case permission
    case inputOutput
  }

  /// Decides the exit status.
  public let kind: Kind
  /// A clause without a full stop, with the path.
  public let reason: String
  /// The operator's next step: a sentence.
  public let hint: String

  /// - Parameter hint: without a full stop.
  public init(_ kind: Kind, _ reason: String, hint: String) {
    self.kind = kind
    self.reason = reason
    self.hint = hint
  }
}
