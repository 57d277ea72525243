import Log
import Replica
import Runtime

extension DayBudgets {
  /// A file that is not there counts nothing; one that cannot be used counts everything, for a day.
  static func load(_ folder: NodeFolder, logs: [LogID], today: UInt64) -> DayBudgets {
    do throws(SystemError) {
      let bytes = try FileSystem.read(folder.taken, maxBytes: fileBytes)
      if let budgets = DayBudgets(text: String(decoding: bytes, as: UTF8.self)) { return budgets }
    } catch {
      if error.isNotFound { return DayBudgets() }
    }
    return unknown(logs: logs, today: today)
  }

  func save(_ folder: NodeFolder) throws(SystemError) {
    try FileSystem.atomicWrite(folder.taken, Array(text.utf8), mode: 0o600)
  }
}
