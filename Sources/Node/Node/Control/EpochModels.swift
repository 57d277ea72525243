public import Varlink
/// `org.liaison.Node.ReleaseSigning`.
public struct ReleaseReply: Codable, Hashable, Sendable {
  /// Peers that had not answered.
  public var waitedFor: [String]
  /// - Parameter waitedFor: names.
  public init(waitedFor: [String]) { self.waitedFor = waitedFor }
}

/// `org.liaison.Node.Backup`; answered with a `CopySummary`.
public struct BackupRequest: Codable, Hashable, Sendable {
  /// Absolute; new or empty.
  public var folder: String
  /// - Parameter folder: absolute.
  public init(folder: String) { self.folder = folder }
}

/// One epoch of this node's own name.
public struct EpochReport: Codable, Hashable, Sendable {
  /// `nl/2`
  public var origin: String
  /// Log id, 64 hexadecimal digits.
  public var id: String
  /// Entries that are durable here.
  public var size: UInt64
  /// Leaf hash of the newest of them, hexadecimal; empty at size 0.
  public var leafHash: String
  /// The root over these entries, hexadecimal; empty at size 0.
  public var root: String
  /// SHA-256 of the key that opens the epoch after, hexadecimal, as its card says it; empty while
  /// none is here.
  public var opening: String
  /// Peers that show more of it than is here, and have not delivered it.
  public var claims: [EpochClaim]

  /// Made for what is durable here.
  public init(
    origin: String, id: String, size: UInt64, leafHash: String, root: String, opening: String,
    claims: [EpochClaim] = []
  ) {
    self.origin = origin
    self.id = id
    self.size = size
    self.leafHash = leafHash
    self.root = root
    self.opening = opening
    self.claims = claims
  }
}

/// A peer's claim about the size of an epoch, without proof.
public struct EpochClaim: Codable, Hashable, Sendable {
  /// Its name.
  public var peer: String
  /// Entries that it shows.
  public var size: UInt64

  /// - Parameter peer: a name on the roster.
  public init(peer: String, size: UInt64) {
    self.peer = peer
    self.size = size
  }
}

/// `org.liaison.Node.Epochs`.
public struct EpochsRequest: Codable, Hashable, Sendable {
  /// The highest epoch is shown as it was at this size, where it has so many entries: those above
  /// were not its author's.
  public var endsAt: UInt64?
  /// - Parameter endsAt: nil: everything that is here.
  public init(endsAt: UInt64? = nil) { self.endsAt = endsAt }
}

/// Everything that opening the next epoch has to know.
public struct EpochsReply: Codable, Hashable, Sendable {
  /// The epoch that this node signs in, or signed in.
  public var own: String
  /// Peers that have answered with what they hold, and those that have not.
  public var answered: [String]
  /// Names, as `answered`.
  public var unanswered: [String]
  /// In the order of their numbers.
  public var epochs: [EpochReport]

  /// As of now: peers may answer later.
  public init(own: String, answered: [String], unanswered: [String], epochs: [EpochReport]) {
    self.own = own
    self.answered = answered
    self.unanswered = unanswered
    self.epochs = epochs
  }
}

/// `org.liaison.Node.AdoptEpoch`: sign in the epoch that was prepared in the data folder.
public struct AdoptRequest: Codable, Hashable, Sendable {
  /// The epoch that was prepared: `nl/2`.
  public var origin: String
  /// Ends the epoch before at this size, and not with all that is here.
  public var endsAt: UInt64?
  /// - Parameter endsAt: nil: with all that is here.
  public init(origin: String, endsAt: UInt64? = nil) {
    self.origin = origin
    self.endsAt = endsAt
  }
}

/// Its genesis is durable and its files are in place; the node begins again with it.
public struct AdoptReply: Codable, Hashable, Sendable {
  /// The epoch that the node signs in now.
  public var origin: String
  /// - Parameter origin: `nl/2`.
  public init(origin: String) { self.origin = origin }
}

/// `org.liaison.Node.ImportOpening`: a partner's next epoch, as a file.
public struct ImportRequest: Codable, Hashable, Sendable {
  /// Base64 of the genesis leaf and body.
  public var opening: String
  /// - Parameter opening: Base64.
  public init(opening: String) { self.opening = opening }
}

/// It is followed, or its epoch is contested: both are kept.
public struct ImportReply: Codable, Hashable, Sendable {
  /// The partner's epoch: `be/2`.
  public var origin: String
  /// Another opening of this epoch is known: nothing is sealed to that node (SYNC-73).
  public var contested: Bool

  /// - Parameter origin: the partner's, `be/2`.
  public init(origin: String, contested: Bool) {
    self.origin = origin
    self.contested = contested
  }
}

extension ImportRequest: CallParameters {
  /// Required.
  public static let names = ["opening"]
}

extension BackupRequest: CallParameters {
  /// Required.
  public static let names = ["folder"]
}

extension AdoptRequest: CallParameters {
  /// `origin` is required.
  public static let names = ["origin", "endsAt"]
}

extension EpochsRequest: CallParameters {
  /// None is required.
  public static let names = ["endsAt"]
}
