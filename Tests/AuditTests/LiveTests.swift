import Audit
import Crypto
import Foundation
import Log
import Runtime
import Store
import Testing

@Suite("While a store is being written")
struct LiveTests {
  /// One thread appends, commits and applies; this one audits the same folder again and again.
  @Test("an audit finds nothing wrong")
  func live() throws {
    let workshop = try Workshop()
    let url = try workshop.fresh()
    let author = try Author("nl", entries: 3000)
    let disk = try FileDisk(folder: url.path)
    try Store.create(on: disk, salt: SHA256.hash([7]).bytes)
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      defer { done.signal() }
      do { try write(author, disk) } catch { Issue.record("the writer failed: \(error)") }
    }
    var audits = 0
    var largest: UInt64 = 0
    var isWriting = true
    while isWriting {
      isWriting = done.wait(timeout: .now()) == .timedOut
      let report = try FolderAudit.run(path: url.path, cards: [try author.card()])
      let isEmpty = report.logs.isEmpty
      #expect(report.findings.isEmpty, "\(report.findings)")
      #expect(report.verdict == (isEmpty ? .partial : .ok), "\(report.notChecked)")
      audits += 1
      largest = report.logs.first?.entries ?? 0
    }
    #expect(largest == 3000)
    print("\(audits) audits while 3,000 entries were written")
  }
}

/// In small journals, so that they change often.
private func write(_ author: Author, _ disk: FileDisk) throws {
  var limits = StoreLimits()
  limits.journalBytes = 1 << 20
  let store = try Store.open(on: disk, limits: limits)
  try store.addLog(author.identity)
  var size = 0
  while size < author.leaves.count {
    let end = min(author.leaves.count, size + 17)
    let state = try #require(store.state(author.identity.id))
    let batch = try state.accept(author.batch(size..<end))
    if size % 3 == 0 {
      try store.appendBulk(batch)
    } else {
      try store.append(batch)
    }
    size = end
    if size % 5 == 0 { _ = try store.addCheckpoint(author.checkpoint(size)) }
    while let work = store.takeBatch() {
      for operation in work.operations { try disk.execute(operation) }
      _ = store.completed(token: work.token, error: nil)
    }
  }
  _ = try store.flush()
}
