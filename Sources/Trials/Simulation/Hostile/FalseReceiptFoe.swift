import Crypto
import Log
import Store

/// Signs receipts for what it never erased, for withdrawals that are not there, under hashes of
/// nothing, and takes back what it said.
final class FalseReceiptFoe: Foe {
  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    guard ways.random.oneIn(20) else { return }
    let logs = process.store.logs.filter { _ in ways.random.oneIn(2) }
    let lines = logs.map { (log: $0.id, extent: draw($0.id, process, ways)) }
      .filter { $0.extent != .nothing }
    guard !lines.isEmpty else { return }
    let own = process.identity.id
    let isSigned = try process.publish(.erasureReceipt) { index in
      let salted = lines.map { line in
        ErasureReceipt.Line(
          saltedLog: ErasureReceipt.salted(line.log, in: own, at: index), extent: line.extent)
      }
      return (try? ErasureReceipt(lines: salted).encode()) ?? []
    }
    if isSigned { ways.did(kind) }
  }

  private func draw(_ log: LogID, _ process: NodeProcess, _ ways: FoeWays) -> ErasureExtent {
    let day = UInt16(ways.random.below(1 << 16))
    let size = size(of: log, process)
    let index: UInt64 =
      switch ways.random.below(4) {
      case 0: LogLimits.lastIndex
      case 1: size + UInt64(ways.random.below(50))
      default: UInt64(ways.random.below(Int(size) + 1))
      }
    let leafHash = try? process.store.leafHash(log, index)
    return ErasureExtent(
      withdrawal: ways.random.oneIn(8)
        ? nil
        : ErasedWithdrawal(
          index: index, leafHash: ways.random.oneIn(2) ? leafHash ?? .zero : SHA256.hash([1])),
      expiryDay: day)
  }
}
