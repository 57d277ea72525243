import Crypto
import Log

@testable import Store

// Records of `bodies.index`, and those of a journal that change them (Protocols/store.md, STO-7 and
// 5.4).
extension StoreFormatVectors {
  /// Withdrawn by the entry 9 of epoch 2, to be erased at minute 10,080.
  private static let mark = WithdrawalMark(Withdrawal.Place(epoch: 2, index: 9), dueMinute: 10_080)
  private static let erased = WithdrawalMark(Withdrawal.Place(epoch: 2, index: 9), dueMinute: 0)

  /// Records of type 9, by state, and what no store writes of them.
  static func states(_ log: TestLog) -> [Record] {
    let id = log.identity.id
    func bytes(_ state: BodyState, _ mark: WithdrawalMark?, freed: UInt64 = 0) -> [UInt8] {
      guard let change = StateChange(state, mark) else { return [] }
      var bytes: [UInt8] = []
      JournalRecord.states(id, change, bytes: freed, indices: [2, 4]).append(to: &bytes)
      return bytes
    }
    func changed(_ bytes: [UInt8], _ edit: (inout [UInt8]) -> Void) -> [UInt8] {
      var bytes = bytes
      edit(&bytes)
      return bytes
    }
    func zero(_ bytes: inout [UInt8], _ range: Range<Int>) {
      for place in range { bytes[place] = 0 }
    }
    let hidden = bytes(.hidden, mark)
    var entries: [UInt8] = []
    let states = [BodyState](repeating: .absent, count: 2)
    let leaves = Array(log.all.leaves[(6 * 216)..<(8 * 216)])
    if let batch = try? EntryBatch(first: 6, leaves: leaves, bodies: [], bodyStates: states) {
      JournalRecord.entries(
        id, batch, place: EntryPlace(segment: 0, segmentOffset: 126, controlCount: 2)
      ).append(to: &entries)
    }
    let statesAt = entries.count - 2 * 216 - 2
    let all: [(String, [UInt8], String)] = [
      ("states, hidden", hidden, "record"),
      ("states, come back", bytes(.present, nil), "record"),
      ("states, purged by a withdrawal", bytes(.purged, erased, freed: 10), "record"),
      ("states, purged by nobody knows what", bytes(.purged, nil, freed: 10), "record"),
      ("states, hidden by nothing", changed(hidden) { zero(&$0, 34..<50) }, "failure"),
      ("states, hidden by epoch 0", changed(hidden) { zero(&$0, 42..<46) }, "failure"),
      ("states, hidden and freed", changed(hidden) { $0[57] = 1 }, "failure"),
      ("states, purged and due", changed(hidden) { $0[33] = 1 }, "failure"),
      ("states, expired by a withdrawal", changed(hidden) { $0[33] = 3 }, "failure"),
      ("states, absent", changed(bytes(.present, nil)) { $0[33] = 4 }, "failure"),
      ("states, 6", changed(hidden) { $0[33] = 6 }, "failure"),
      ("entries, no bodies", entries, "record"),
      ("entries, hidden", changed(entries) { $0[statesAt] = 5 }, "failure"),
      ("entries, state 6", changed(entries) { $0[statesAt] = 6 }, "failure"),
    ]
    return all.map {
      Record(type: $0.1.first ?? 0, name: $0.0, bytes: Hex.encode($0.1), result: $0.2)
    }
  }

  static func index() -> [Index] {
    func record(
      _ state: BodyState, _ mark: WithdrawalMark? = nil, isHere: Bool = true
    ) -> [UInt8] {
      IndexRecord(
        segment: isHere ? 1 : 0, offset: isHere ? 168 : 0, length: isHere ? 5 : 0, state: state,
        withdrawal: mark
      ).encoded
    }
    func changed(_ bytes: [UInt8], _ place: Int, _ value: UInt8) -> [UInt8] {
      var bytes = bytes
      bytes[place] = value
      return bytes
    }
    let all: [(String, [UInt8], String)] = [
      ("present", record(.present), "record"),
      ("purged, by nobody knows what", record(.purged), "record"),
      ("purged by a withdrawal", record(.purged, erased), "record"),
      ("purged, never here", record(.purged, erased, isHere: false), "record"),
      ("purged here", record(.purgedHere), "record"),
      ("expired", record(.expired), "record"),
      ("absent", record(.absent, isHere: false), "record"),
      ("hidden", record(.hidden, mark), "record"),
      ("hidden, never here", record(.hidden, mark, isHere: false), "record"),
      ("hidden by nothing", record(.hidden), "failure"),
      ("hidden, another check", changed(record(.hidden, mark), 15, 0), "failure"),
      ("hidden, another minute", changed(record(.hidden, mark), 30, 0), "failure"),
      ("present with a withdrawal", record(.present, mark), "failure"),
      ("present, and due", changed(record(.present), 31, 1), "failure"),
      ("purged, and due", record(.purged, mark), "failure"),
      ("purged by epoch 0", changed(record(.purged), 23, 9), "failure"),
      ("expired with a withdrawal", record(.expired, erased), "failure"),
      ("state 6", changed(record(.present), 12, 6), "failure"),
      ("byte 13", changed(record(.present), 13, 1), "failure"),
      ("segment 2^24", changed(record(.present), 0, 1), "record"),
      ("segment 10^8 and more", changed(record(.present), 0, 6), "failure"),
      ("1 MiB and more", changed(record(.present), 9, 0x10), "failure"),
    ]
    return all.map { Index(name: $0.0, bytes: Hex.encode($0.1), result: $0.2) }
  }
}
