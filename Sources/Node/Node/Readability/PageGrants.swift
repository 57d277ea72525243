import Crypto
import Log
import Reading
import Sealing

/// The grants that changes of one page were sealed under, each with its members once
/// (Protocols/readability.md, READ-25).
struct PageGrants {
  private struct Place: Hashable {
    let log: LogID
    let index: UInt64
  }

  private(set) var told: [ReadingGrant] = []
  /// Grants that were looked at, and whether their members were told; looked up, never iterated.
  private var known: [Place: Bool] = [:]

  /// - Returns: the bytes of the members' names, which were put into the page; nil where they were
  ///   not, since the grant cannot be read here now.
  mutating func tell(_ index: UInt64, of identity: LogIdentity, _ desk: Desk) -> Int? {
    let place = Place(log: identity.id, index: index)
    if let isTold = known[place] { return isTold ? 0 : nil }
    let members = desk.grant(index, of: identity)?.members.map(\.name.text)
    known[place] = members != nil
    guard let members else { return nil }
    told.append(ReadingGrant(log: identity.id.description, index: index, members: members))
    return members.reduce(0) { $0 + $1.utf8.count + PageGrants.bytesBesideName }
  }

  /// Quotes and a comma.
  private static let bytesBesideName = 3
}
