import Log
import Replication
import Store

/// Hears nothing of its own log from others, whatever they hold of it, and signs on.
class DeafFoe: Foe {
  override var signsAlways: Bool { true }

  override func hear(
    _ message: [UInt8], on session: SessionID, _ page: SessionPage, _ ways: FoeWays
  ) throws(Violation) -> [[UInt8]] {
    guard let process = ways.process,
      let position = page.theirPosition(of: process.identity.id)
    else { return [message] }
    guard let said = SyncMessage(message) else { return [message] }
    switch said {
    case .digest: return []
    case .heads(let heads):
      return [SyncMessage.heads(heads.filter { $0.position != position }).bytes]
    default: return said.isOpinion(of: position) ? [] : [message]
    }
  }
}

/// Puts an old folder in the place of the newer one, and signs another history on it: what was
/// published is rewritten.
final class RewindingFoe: DeafFoe {
  private var old: (folder: Folder, size: UInt64)?
  private var isRewound = false
  private var hasRewritten = false
  private var looks = 0

  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    let size = self.size(of: process.identity.id, process)
    looks += 1
    guard let old else {
      self.old = (process.snapshot(), size)
      return
    }
    guard !isRewound else {
      guard !hasRewritten, size > old.size else { return }
      hasRewritten = true
      return ways.did(kind)
    }
    guard size > old.size, looks > 10, ways.random.oneIn(8) else { return }
    isRewound = true
    let site = process.site
    let folder = old.folder
    ways.say("puts a folder of \(old.size) entries in the place of one of \(size)")
    ways.world.schedule(0) { (world) throws(Violation) in
      guard site.process === process else { return }
      try world.stop(site, isClean: false)
      site.folder = folder
      site.token = nil
      try world.start(site)
      _ = try site.process?.publish(1)
    }
  }
}

/// One of two live copies of one node, with the same keys: each shows others what it signs, and
/// they differ.
final class TwinFoe: DeafFoe {
  private static let mostEntries: UInt64 = 14

  private let isDeaf: Bool
  private var hasDiffered = false

  init(_ kind: FoeKind, isDeaf: Bool) {
    self.isDeaf = isDeaf
    super.init(kind)
  }

  override func hear(
    _ message: [UInt8], on session: SessionID, _ page: SessionPage, _ ways: FoeWays
  ) throws(Violation) -> [[UInt8]] {
    isDeaf ? try super.hear(message, on: session, page, ways) : [message]
  }

  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    let own = process.identity.id
    if ways.random.oneIn(12), size(of: own, process) < TwinFoe.mostEntries {
      _ = try process.publish(1 + ways.random.below(3))
    }
    guard !hasDiffered else { return }
    for other in ways.world.sites where other !== process.site && other.keys === process.site.keys {
      guard let twin = other.process else { continue }
      let both = min(size(of: own, process), size(of: own, twin))
      guard both > 0, let here = try? process.store.leafHash(own, both - 1),
        let there = try? twin.store.leafHash(own, both - 1), here != there
      else { continue }
      hasDiffered = true
      ways.did(kind)
    }
  }
}
