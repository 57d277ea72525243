import Records
import Testing

@testable import Hub
@testable import SQL

@Suite("Versions of a record, in every order of arrival (Protocols/hub.md, HUB-21)")
struct VersionOrderTests {
  /// The words about each version, in their order: it came, was withdrawn, came back since that was
  /// void. The first version is corrected by the second, and that by one of the next epoch.
  private static let histories: [[Bool]] = [[true, false, true], [true, false], [true]]
  private static let entries = ["nl/1/5", "nl/1/6", "nl/2/1"]

  /// Every order of what is told that keeps each version's own: the versions by their numbers.
  private static let orders: [[Int]] = interleavings(histories.map(\.count))

  private static func interleavings(_ left: [Int]) -> [[Int]] {
    guard left.contains(where: { $0 > 0 }) else { return [[]] }
    return left.indices.filter { left[$0] > 0 }.flatMap { version in
      var rest = left
      rest[version] -= 1
      return interleavings(rest).map { [version] + $0 }
    }
  }

  private func change(_ version: Int, isReadable: Bool) -> EntryChange {
    let (index, epoch): (UInt64, UInt32) = [(5, 1), (6, 1), (1, 2)][version]
    guard isReadable else { return Told.gone("nl", index, epoch: epoch) }
    let person = Told.person("a", "Testo \(["One", "Two", "Three"][version])")
    return Told.entry("nl", index, person, epoch: epoch)
  }

  @Test(
    "After each word the highest version that is readable is shown, and all that are have a row")
  func everyOrder() throws {
    #expect(VersionOrderTests.orders.count == 60)
    let host = try FactsHost()
    let reference = try #require(RecordReference("nl:a"))
    var last: [String]?
    for order in VersionOrderTests.orders {
      try host.tell(
        (0..<3).map { change($0, isReadable: false) })
      var told = [0, 0, 0]
      for version in order {
        let isReadable = VersionOrderTests.histories[version][told[version]]
        told[version] += 1
        try host.tell([change(version, isReadable: isReadable)])
        let readable = (0..<3).filter { other in
          told[other] > 0 && VersionOrderTests.histories[other][told[other] - 1]
        }
        let shown = try Facts(host.place).current(reference)?.entry
        #expect(shown == readable.last.map { VersionOrderTests.entries[$0] }, "\(order)")
      }
      let rows = try host.dump()
      #expect(last == nil || last == rows, "\(order)")
      last = rows
    }
  }
}
