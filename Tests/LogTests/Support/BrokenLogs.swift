import Crypto
import Log

/// For each rule, logs whose last leaf breaks it and is signed.
func brokenLogs() throws -> [(EntryRule, RawLog)] {
  func log(
    _ rule: EntryRule, size: Int = 5, _ kind: EntryKind = .record,
    _ edit: (inout [UInt8]) -> Void
  ) throws -> (EntryRule, RawLog) {
    var log = try RawLog(size: size)
    log.add(kind, body: Array("broken".utf8), edit: edit)
    return (rule, log)
  }
  return [
    try log(.domain) { $0[15] = 0x32 },
    try log(.logID) { $0[EntryLayout.logID] ^= 1 },
    try log(.index) { $0[EntryLayout.index + 7] = 6 },
    try log(.index) { $0[EntryLayout.index] = 0x80 },
    try log(.previous) { $0[EntryLayout.previous + 31] ^= 1 },
    try log(.previous, size: 0, .genesis) { $0[EntryLayout.previous] = 1 },
    try log(.bodyLength) { patch(&$0, at: EntryLayout.bodyLength, [0, 16, 0, 1]) },
    try log(.genesis, .genesis) { _ in },
    try log(.genesis, size: 0) { _ in },
  ]
}

/// For each defect, a log whose last entry has it.
func defectiveLogs() throws -> [(DefectKind, RawLog)] {
  func log(
    _ kind: DefectKind, _ entry: EntryKind, body: [UInt8]? = nil, badSignature: Bool = false,
    _ edit: (inout [UInt8]) -> Void = { _ in }
  ) throws -> (DefectKind, RawLog) {
    var log = try RawLog(size: 3)
    log.add(entry, body: body ?? [1], badSignature: badSignature, edit: edit)
    return (kind, log)
  }
  var noGenesisBody = try RawLog()
  noGenesisBody.add(.genesis, body: Array("liaison-genesis/v1\n".utf8))
  var foreignGenesis = try RawLog()
  foreignGenesis.add(.genesis, body: try RawLog("be/1").genesis().encode())
  return [
    try log(.tag, .erasureReceipt, body: oneLineReceipt()) { $0[EntryLayout.audienceTag + 15] = 1 },
    try log(.tag, .grant) { $0[EntryLayout.audienceTag] = 1 },
    try log(.expiry, .grant) { $0[EntryLayout.expiry + 1] = 1 },
    try log(.suite, .grant) { $0[EntryLayout.suite] = EntrySuite.sealedRecord.rawValue },
    try log(.suite, .grant) { $0[EntryLayout.suite] = EntrySuite.sealedChunk.rawValue },
    try log(.suite, .record) { $0[EntryLayout.suite] = EntrySuite.plain.rawValue },
    try log(.body, .keys, body: Array("liaison-keys/v1\n".utf8)),
    try log(.body, .keys, body: KeysChange(card: try RawLog("be/1").card()).encode()),
    try log(.body, .anchor, body: Array("liaison-anchor/v1\n".utf8)),
    try log(.body, .erasureReceipt, body: Array("liaison-receipt/v1\n".utf8)),
    (.body, noGenesisBody),
    (.body, foreignGenesis),
    try log(.signature, .record, badSignature: true),
  ]
}

/// Bytes of a receipt that is well formed.
private func oneLineReceipt() throws -> [UInt8] {
  try ErasureReceipt(lines: [
    ErasureReceipt.Line(
      saltedLog: .zero, extent: ErasureExtent(withdrawal: nil, expiryDay: 20_000))
  ]).encode()
}
