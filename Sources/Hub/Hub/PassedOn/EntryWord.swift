internal import Crypto
internal import Records

/// A record's word on an entry of some log: its key, passed on, or its author's consent
/// (Protocols/records.md, REC-76, REC-78).
struct EntryWord: Hashable, Sendable {
  enum Kind: Int64, Sendable {
    case key = 1
    case consent = 2
  }

  let kind: Kind
  /// The id of the log of the entry that it is about.
  let log: [UInt8]
  let place: Int64

  /// - Returns: nil for a record that says nothing of an entry, or nothing that names one.
  init?(of record: SharedRecord) {
    let cited: EntryCitation?
    switch record.body {
    case .reshare(let reshare): (kind, cited) = (.key, reshare.key == nil ? nil : reshare.of)
    case .consent(let consent): (kind, cited) = (.consent, consent.of)
    default: return nil
    }
    guard let log = cited?.log.flatMap({ Hex.decode($0) }), let index = cited?.index else {
      return nil
    }
    self.log = log
    place = Int64(index)
  }
}
