import Crypto
import Log
import Secrets
import Simulation
import Store
import Testing

@testable import Replica

/// A log that is written entry by entry.
private final class Writer {
  let identity: LogIdentity
  private let seed: [UInt8]
  private var state: LogState

  init(_ origin: String) throws {
    let seed = SHA256.hash(Array("receipt test \(origin)".utf8)).array
    self.seed = seed
    identity = LogIdentity(
      origin: try Origin(origin), key: LogSecretKey(seed: seed.span).publicKey)
    state = LogState(empty: identity)
  }

  /// - Parameter isSigned: false: with another key than the log's.
  func write(
    _ kind: EntryKind, isSigned: Bool = true, to store: Store, _ body: (UInt64) throws -> [UInt8]
  ) throws {
    if store.state(identity.id) == nil { try store.addLog(identity) }
    var builder = EntryBuilder(state: state)
    builder.append(kind: kind, time: builder.nextIndex * 1_000, body: try body(builder.nextIndex))
    let seed = isSigned ? seed : [UInt8](repeating: 9, count: 32)
    let batch = builder.finish { LogSecretKey(seed: seed.span).sign($0) }
    let checkpoint = checkpoint(over: batch)
    let verified = try state.accept(batch, under: checkpoint, consistency: [])
    try store.append(verified)
    try store.flush()
    state = verified.after
  }

  /// Behind it a bad signature is a defect, and carried.
  private func checkpoint(over batch: EntryBatch) -> VerifiedCheckpoint {
    var tree = state.tree
    tree.append(EntryHeader.leafHash(of: batch.leaves.span, at: 0))
    let seed = seed
    return Checkpoint.make(identity: identity, size: tree.size, root: tree.root()) {
      LogSecretKey(seed: seed.span).sign($0)
    }
  }

  func receipt(
    of subject: LogID, _ withdrawal: ErasedWithdrawal?, day: UInt16 = 0, isSigned: Bool = true,
    to store: Store
  ) throws {
    try write(.erasureReceipt, isSigned: isSigned, to: store) { [identity] index in
      try ErasureReceipt(lines: [
        ErasureReceipt.Line(
          saltedLog: ErasureReceipt.salted(subject, in: identity.id, at: index),
          extent: ErasureExtent(withdrawal: withdrawal, expiryDay: day))
      ]).encode()
    }
  }
}

@Suite("What receipts say of a log (Protocols/entry.md, ENT-30, ENT-33)")
struct ReceiptBookTests {
  private let store: Store
  private let author: Writer
  private let signer: Writer

  /// The author's log: genesis, two records, withdrawals at 3 and 4.
  init() throws {
    let disk = SimulatedDisk()
    var limits = StoreLimits()
    limits.journalBytes = 64 << 10
    limits.commitBytes = 16 << 10
    try Store.create(on: disk, salt: Bytes32.zero, limits: limits)
    store = try Store.open(on: disk, limits: limits)
    author = try Writer("nl/1")
    signer = try Writer("be/1")
    try author.write(.genesis, to: store) { _ in [1] }
    for _ in 0..<2 { try author.write(.record, to: store) { _ in [7] } }
    for index: UInt64 in [1, 2] {
      try author.write(.withdrawal, to: store) { [author] _ in
        try Withdrawal(records: [
          Withdrawal.Record(origin: author.identity.origin, index: index)
        ]).encode()
      }
    }
    try signer.write(.genesis, to: store) { _ in [1] }
  }

  private func named(_ index: UInt64) throws -> ErasedWithdrawal {
    ErasedWithdrawal(index: index, leafHash: try store.leafHash(author.identity.id, index))
  }

  private func read(_ book: inout ReceiptBook) {
    for _ in 0..<1_000 where !book.work(in: store) {}
  }

  private func confirmation(_ book: ReceiptBook, of index: UInt64) -> UInt64? {
    book.confirmation(
      of: index, in: author.identity.id, by: signer.identity.id, store)?.index
  }

  @Test("A withdrawal is confirmed by the first line at or above it, and by nothing below")
  func confirms() throws {
    var book = ReceiptBook(about: [author.identity.id])
    read(&book)
    #expect(confirmation(book, of: 3) == nil)
    try signer.receipt(of: author.identity.id, try named(3), to: store)
    read(&book)
    #expect(confirmation(book, of: 3) == 1 && confirmation(book, of: 4) == nil)
    try signer.receipt(of: author.identity.id, try named(4), to: store)
    read(&book)
    #expect(confirmation(book, of: 3) == 1 && confirmation(book, of: 4) == 2)
    var anew = ReceiptBook(about: [author.identity.id])
    read(&anew)
    #expect(confirmation(anew, of: 3) == 1 && confirmation(anew, of: 4) == 2)
  }

  @Test("What names another entry, a record, or one that is not here confirms nothing")
  func others() throws {
    var book = ReceiptBook(about: [author.identity.id])
    let lies = [
      ErasedWithdrawal(index: 4, leafHash: .zero), try named(2),
      ErasedWithdrawal(index: 1 << 62, leafHash: try named(4).leafHash),
    ]
    // Each from a log of its own: a later line may not say less.
    for (number, lie) in lies.enumerated() {
      let liar = try Writer("x\(number)/1")
      try liar.write(.genesis, to: store) { _ in [1] }
      try liar.receipt(of: author.identity.id, lie, to: store)
      read(&book)
      let words = book.words(of: liar.identity.id, about: author.identity.id)
      #expect(words.count == 1 && words[0].extent.withdrawal == lie)
      for index: UInt64 in [3, 4] {
        #expect(
          book.confirmation(of: index, in: author.identity.id, by: liar.identity.id, store) == nil)
      }
    }
    // About another log, and badly signed.
    try signer.receipt(of: signer.identity.id, try named(4), to: store)
    try signer.receipt(of: author.identity.id, try named(4), isSigned: false, to: store)
    read(&book)
    #expect(confirmation(book, of: 3) == nil)
    #expect(book.words(of: signer.identity.id, about: author.identity.id).isEmpty)
  }

  @Test("A line that says less is shown as its signer's defect, and what was said before stands")
  func less() throws {
    var book = ReceiptBook(about: [author.identity.id])
    try signer.receipt(of: author.identity.id, try named(4), day: 9, to: store)
    try signer.receipt(of: author.identity.id, try named(3), day: 10, to: store)
    try signer.receipt(of: author.identity.id, try named(4), day: 8, to: store)
    try signer.receipt(of: author.identity.id, try named(4), day: 9, to: store)
    read(&book)
    let words = book.words(of: signer.identity.id, about: author.identity.id)
    #expect(words.map(\.isLess) == [false, true, true, false])
    #expect(confirmation(book, of: 3) == 1 && confirmation(book, of: 4) == 1)
  }

  @Test("Thousands of lines of a signer are kept up to a limit, and the newest word stays")
  func bounded() throws {
    var book = ReceiptBook(about: [author.identity.id], wordsKept: 5)
    let withdrawal = try named(4)
    for day in 0..<20 {
      try signer.receipt(of: author.identity.id, withdrawal, day: UInt16(day), to: store)
    }
    read(&book)
    #expect(book.words(of: signer.identity.id, about: author.identity.id).count == 5)
    #expect(confirmation(book, of: 4) == 16)
  }
}
