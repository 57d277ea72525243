import Log
import Replica
import Store

// The logs' space on the disk and the progress of the scrub, for `status` and `disk`.
extension StatusWriter {
  func space(of log: LogID) -> LogSpace {
    guard let usage = try? store.usage(log) else { return LogSpace() }
    return LogSpace(
      entries: FileSpace(usage.entries), hashes: FileSpace(usage.hashes),
      nodes: FileSpace(usage.nodes), index: FileSpace(usage.index),
      bodies: FileSpace(usage.bodies), checkpoints: FileSpace(usage.checkpoints),
      cosignatures: FileSpace(usage.cosignatures), control: FileSpace(usage.control),
      total: FileSpace(usage.total), purgedBytes: usage.purgedBytes)
  }

  func disk() throws(ControlError) -> DiskReply {
    let usage: StoreUsage
    do throws(StoreError) { usage = try store.usage() } catch {
      throw .diskFailed(reason: "\(error)")
    }
    return DiskReply(
      logs: store.logs.map { DiskLog(origin: $0.origin.text, space: space(of: $0.id)) },
      journals: FileSpace(usage.journals), reserve: FileSpace(usage.reserve))
  }

  func scrubReport() -> ScrubReport {
    var report = ScrubReport()
    for log in store.logs {
      let size = store.durableHead(log.id)?.size ?? 0
      let state = scrubber.progress(of: log.id)
      report.entries += size
      report.scrubbedEntries += min(size, state.scrubbed)
      report.unverifiedEntries += size - min(size, state.verified)
    }
    let times = scrubber.times
    report.passStartedAt = times.passStartedAt.map(Int64.init)
    report.lastStartedAt = times.lastStartedAt.map(Int64.init)
    report.lastEndedAt = times.lastEndedAt.map(Int64.init)
    let counted = notices.counters.values
    report.damageFound = counted["store.damage-found"] ?? 0
    report.damageMended =
      (counted["store.damage-mended"] ?? 0) + (counted["store.entries-mended"] ?? 0)
    report.expiryTime = Int64(clamping: replica.expiryClock().seconds)
    return report
  }
}

extension FileSpace {
  init(_ usage: FileUsage) {
    self.init(bytes: usage.bytes, allocatedBytes: usage.allocatedBytes)
  }
}
