import CommandLine
import Node
import Records

/// An entry that a reshare opens (REC-79), as this node carries it.
struct PassedOn {
  private let entry: String
  private let reshare: Reshare

  /// - Parameter shown: the reshare.
  /// - Throws: 65 for what is none.
  init(_ shown: ShowReply) throws(Failure) {
    guard shown.opening == .opened, let text = shown.record,
      case .reshare(let reshare) = SharedRecord.read(Array(text.utf8)).body
    else {
      throw Failure(
        .dataError, "\(shown.entry) passes nothing on, or is not readable here.",
        hint: "See liaison show \(shown.entry).")
    }
    entry = shown.entry
    self.reshare = reshare
  }

  /// The entry that is passed on, opened with the key of the reshare.
  func show(_ daemon: DaemonConnection) throws(Failure) -> ShowReply {
    guard let cited = reshare.of?.entry, cited.isEntry, let key = reshare.key else {
      throw Failure(
        .dataError, "\(entry) does not say which entry it passes on (REC-75).",
        hint: "Ask its author to pass it on again.")
    }
    let original = try daemon.call(
      "Show", ShowRequest(entry: cited, key: key), reply: ShowReply.self)
    guard reshare.of?.log == original.log, reshare.of?.leaf == original.leafHash else {
      throw Failure(
        .dataError, "\(cited) is here another entry than the one that \(entry) passes on.",
        hint: "Nothing of it may be relied on.")
    }
    return original
  }
}
