import Crypto
import Log
import Testing

@testable import Replica

@Suite("What the next erasure receipt says (Protocols/entry.md, ENT-30, ENT-31)")
struct ReceiptPlanTests {
  private let logs = (0..<5_000).map { number in
    LogID(SHA256.hash([UInt8(number >> 8), UInt8(number & 0xff)]).bytes)
  }

  private func extent(_ index: UInt64?, _ day: UInt16 = 0) -> ErasureExtent {
    ErasureExtent(
      withdrawal: index.map { ErasedWithdrawal(index: $0, leafHash: SHA256.hash([UInt8($0)])) },
      expiryDay: day)
  }

  /// - Parameter extents: of the first logs: erased, and said before.
  private func plan(_ extents: [(ErasureExtent, ErasureExtent)]) -> ReceiptPlan {
    var erased: [LogID: ErasureExtent] = [:]
    var said: [LogID: ErasureExtent] = [:]
    for (log, both) in zip(logs, extents) { (erased[log], said[log]) = both }
    return ReceiptPlan(
      of: Array(logs.prefix(extents.count)), erased: { erased[$0] ?? .nothing },
      said: { said[$0] ?? .nothing })
  }

  @Test("Only what is more than before is said, and neither part ever goes down")
  func more() {
    #expect(plan([(extent(5, 3), extent(5, 3)), (.nothing, .nothing)]).isEmpty)
    #expect(plan([(extent(4, 2), extent(5, 3))]).isEmpty)
    let one = plan([
      (extent(5), .nothing), (extent(6, 1), extent(5, 9)), (extent(2, 9), extent(7, 1)),
      (extent(nil, 4), extent(nil, 3)), (extent(3), extent(3)),
    ])
    #expect(one.lines.map(\.log) == Array(logs.prefix(4)))
    #expect(one.lines.map(\.extent) == [extent(5), extent(6, 9), extent(7, 9), extent(nil, 4)])
  }

  @Test("A receipt takes so many logs; the rest is for the next one")
  func limit() {
    let all = plan(logs.map { _ in (extent(1), .nothing) })
    #expect(all.lines.count == LogLimits.receiptLines)
    let log = logs[0]
    let receipt = all.receipt(in: log, at: 9)
    #expect(receipt.lines.count == LogLimits.receiptLines)
    for line in all.lines.prefix(20) {
      #expect(receipt.extent(of: line.log, in: log, at: 9) == line.extent)
      #expect(receipt.extent(of: line.log, in: log, at: 10) == nil)
    }
  }

  @Test("An hour lies between two, unless the clock was set back")
  func hour() {
    #expect(ReceiptPlan.mayFollow(nil, at: 0))
    #expect(!ReceiptPlan.mayFollow(1_000, at: 1_000 + 3_599_999))
    #expect(ReceiptPlan.mayFollow(1_000, at: 1_000 + 3_600_000))
    #expect(ReceiptPlan.mayFollow(9_000_000, at: 1_000))
  }
}
