import CommandLine
import Node
import Records

extension DaemonConnection {
  /// Withdraws own entries, in as many withdrawals as they need; the last entries of the list are
  /// in the last of them. Those that were withdrawn before are to be left out.
  /// - Parameter published: gets the entry of each withdrawal.
  /// - Throws: `notReplicated` of the last that it is true of, when all are durable.
  func withdraw(
    _ entries: [String], replicas: Int? = nil, timeout: Int? = nil,
    _ published: ([EntryRun]) -> Void
  ) throws(ControlError) {
    let most = ControlLimits.recordsPerWithdrawal
    var missing: ControlError?
    var rest = entries[...]
    while !rest.isEmpty {
      // The last withdrawal is a full one: the rest goes first.
      let count = rest.count % most == 0 ? most : rest.count % most
      let request = WithdrawRequest(
        records: Array(rest.prefix(count)), replicas: replicas, timeout: timeout)
      rest = rest.dropFirst(count)
      do throws(Failure) {
        try send(ControlCall.encode("Withdraw", request))
      } catch {
        throw DaemonConnection.connectionLost
      }
      do throws(ControlError) {
        published(try publishAnswer().entries)
      } catch .notReplicated(let entries, let stored, let wanted) {
        published(entries)
        missing = .notReplicated(entries: entries, stored: stored, wanted: wanted)
      }
    }
    if let missing { throw missing }
  }

  /// The entries, after the chunks of their attachments that are not withdrawn yet
  /// (Protocols/records.md, REC-103). Entries that this node cannot read stand for themselves
  /// alone.
  func withChunks(_ entries: [String]) throws(Failure) -> [String] {
    var all: [String] = []
    for entry in entries {
      let shown: ShowReply
      do throws(ControlError) { shown = try show(entry) } catch .unknownEntry { continue } catch {
        throw Failure(error)
      }
      all += try chunks(of: shown).filter { !entries.contains($0) && !all.contains($0) }
    }
    return all + entries
  }

  private func chunks(of shown: ShowReply) throws(Failure) -> [String] {
    guard let text = shown.record, let slash = shown.entry.lastIndex(of: "/") else { return [] }
    let attachments = SharedRecord.read(Array(text.utf8)).common.attachments
    var chunks: [String] = []
    for index in attachments.flatMap({ $0.chunks }).flatMap({ Array($0.indices) }) {
      let entry = "\(shown.entry[..<slash])/\(index)"
      do throws(ControlError) {
        let chunk = try show(entry)
        let isGone = chunk.opening == .hidden || chunk.opening == .purged
        if chunk.isChunk, !isGone { chunks.append(entry) }
      } catch .unknownEntry { continue } catch { throw Failure(error) }
    }
    return chunks
  }

  private func show(_ entry: String) throws(ControlError) -> ShowReply {
    do throws(Failure) {
      try send(ControlCall.encode("Show", ShowRequest(entry: entry)))
    } catch {
      throw DaemonConnection.connectionLost
    }
    return try answer(ShowReply.self).parameters
  }
}
