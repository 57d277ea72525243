import Log
import Replication
import Store

// Chunks of attachments for whoever may read here: Protocols/control.md, CTL-31 and 32.
extension Node {
  func showChunk(
    _ request: ShowRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<ChunkReply, ControlError>) -> Void
  ) {
    guard let (log, index) = store.find(request.entry) else {
      return reply(.failure(.unknownEntry(request.entry)))
    }
    goOn(ChunkWork(desk, store, log, index), isHeard, reply)
  }

  private func goOn(
    _ work: ChunkWork, _ isHeard: @escaping () -> Bool,
    _ reply: @escaping (Result<ChunkReply, ControlError>) -> Void
  ) {
    turns.soon { [weak self] in
      guard isHeard(), let self else { return reply(.failure(.busy)) }
      do throws(StoreError) {
        guard var shown = try work.step() else { return self.goOn(work, isHeard, reply) }
        if shown.opening == .absent {
          shown.holders = self.core.peersHolding(work.identity.id, size: work.index + 1)
            .map(\.text).sorted()
        }
        reply(.success(shown))
      } catch {
        reply(.failure(.diskFailed(reason: "\(error)")))
      }
    }
  }

  func listChunks(_ request: ListChunksRequest) throws(ControlError) -> ListChunksReply {
    guard let log = store.logs.first(where: { $0.origin.text == request.origin }),
      log.origin.name == card.name
    else {
      throw .refused(
        reason: "\(request.origin) is no log of this node's own", hint: "see 'liaison status'")
    }
    do throws(StoreError) { return try desk.chunks(of: log, from: request.from, store) } catch {
      throw .diskFailed(reason: "\(error)")
    }
  }
}
