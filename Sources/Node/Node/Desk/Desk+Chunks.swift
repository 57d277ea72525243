import Log
import Store

extension Desk {
  /// The chunks of one log whose bodies are here, from `first` on: one turn's work.
  func chunks(
    of identity: LogIdentity, from first: UInt64, _ store: Store
  ) throws(StoreError) -> ListChunksReply {
    var page = ListChunksReply(next: first)
    var budget = newBudget()
    let size = store.durableHead(identity.id)?.size ?? 0
    while page.next < size, !budget.isSpent, page.chunks.count < ControlLimits.chunkRuns {
      let batch = try store.read(
        identity.id, page.next..<size, maxBytes: NodeLimits.pageReadBytes)
      budget.spend(entries: batch.count, bytes: batch.leaves.count + batch.bodies.count)
      for position in 0..<batch.count where batch.bodyState(at: position) == .present {
        let header = batch.header(at: position)
        if header.isChunk { page.add(header.index, time: header.time) }
      }
      page.next = batch.end
    }
    page.more = page.next < size
    return page
  }
}
