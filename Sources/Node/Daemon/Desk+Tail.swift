import Log
import Sealing
import Store

extension Desk {
  /// The next records that this node can open, from `position` on.
  ///
  /// - Parameters:
  ///   - logs: those to look at, in this order.
  ///   - isDisputed: whether the entry stands at or above a proven fork.
  ///   - isLate: whether it stands above the end that the next epoch gave its log.
  ///
  /// An entry whose leaf is damaged ends the page of its log, and the next page comes back to it; one that is
  /// lost is passed over.
  func tail(
    _ position: TailPosition, _ logs: [LogIdentity], _ limits: TailLimits, _ store: Store,
    isDisputed: (LogID, UInt64) -> Bool, isLate: (LogID, UInt64) -> Bool
  ) throws -> TailPage {
    var page = TailPage(events: [], position: position, more: false)
    var looked = 0
    var textBytes = 0
    for identity in logs {
      let origin = identity.origin.text
      let size = store.durableHead(identity.id)?.size ?? 0
      var next = position.next[origin] ?? 0
      while next < size {
        guard looked < NodeLimits.entriesOfPage, page.events.count < limits.events,
          textBytes < limits.textBytes
        else {
          page.more = true
          break
        }
        guard let book = try whole({ try book(of: identity) }) else { break }
        let run = try whole {
          try store.read(
            identity.id, next..<min(size, next + 256), maxBytes: NodeLimits.pageReadBytes)
        }
        guard let batch = run else {
          guard isLost(identity.id, next) else { break }
          looked += 1
          next += 1
          continue
        }
        for entry in 0..<batch.count {
          guard
            page.events.isEmpty
              || (page.events.count < limits.events
                && textBytes < limits.textBytes)
          else { break }
          looked += 1
          next += 1
          let header = batch.header(at: entry)
          guard header.knownKind == .record, batch.bodyState(at: entry) == .present,
            case .opened(let bytes, _) = open(batch, entry, with: book)
          else { continue }
          textBytes += bytes.count
          page.events.append(
            TailEvent(
              entry: "\(origin)/\(header.index)", time: header.time, opened: bytes,
              disputed: isDisputed(identity.id, header.index) ? true : nil,
              late: isLate(identity.id, header.index) ? true : nil))
        }
      }
      page.position.next[origin] = next
    }
    return page
  }

  /// - Returns: nil for what is damaged: one entry does not end a tail of all logs.
  private func whole<Value>(_ read: () throws -> Value) throws -> Value? {
    do { return try read() } catch StoreError.damaged { return nil }
  }
}
