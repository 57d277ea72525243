import Readability
import Reading
import Runtime

/// The readers that named themselves, kept in the file `readers` (Protocols/readability.md,
/// READ-24), and what an erasure receipt waits for from them.
final class ReaderNames {
  private let path: String
  private let notices: Notices
  private(set) var known: KnownReaders
  /// The end of the journal when the receipt was ready: what was told unreadable by then must be
  /// off every reader's disk.
  private var needed: KnownReaders.Confirmed?

  /// The file cannot be used: who there is is not known.
  private var isLost = false

  private static let waiting = "receipts-wait"

  /// With a file that cannot be used receipts wait until a reader, or the operator, says who there
  /// is.
  init(_ folder: NodeFolder, _ notices: Notices) {
    path = folder.readers
    self.notices = notices
    known = KnownReaders()
    guard let bytes = try? FileSystem.read(path, maxBytes: KnownReaders.fileBytes) else { return }
    if let found = KnownReaders(bytes) {
      known = found
    } else {
      isLost = true
      notices.logger.error("\(path) cannot be used: readers are known again when they ask")
    }
  }

  /// Durable when it returns.
  func meet(_ name: String) throws(ReaderNameFailure) {
    var next = known
    do throws(KnownReaders.Refusal) {
      guard try next.meet(name) || isLost else { return }
    } catch {
      throw .refused(error)
    }
    try save(next)
  }

  /// A reader's word that what it was told unreadable below a number is off its disks.
  func confirm(_ name: String, _ confirmed: KnownReaders.Confirmed) throws(ReaderNameFailure) {
    try meet(name)
    var next = known
    if next.confirm(name, confirmed) { try save(next) }
  }

  /// - Returns: false: it was not known.
  func forget(_ name: String) throws(ReaderNameFailure) -> Bool {
    var next = known
    guard next.forget(name) || isLost else { return false }
    try save(next)
    return true
  }

  /// Readers are waited for from now on: for all that is gone by now.
  func beginWaiting() { needed = nil }

  /// True when no reader may hold what is gone. Else it is asked again, and the operator is told
  /// who keeps it waiting.
  /// - Parameter end: of the journal now; nil: nobody asked in this run, or it is lost.
  func allGone(_ end: KnownReaders.Confirmed?) -> Bool {
    let behind = behind(end)
    guard behind.isEmpty else {
      notices.warn(
        ReaderNames.waiting,
        "no erasure receipt is signed until \(behind.joined(separator: ", ")) confirmed that nothing withdrawn is on its disks: "
          + "start it, or, if it is gone for good, 'liaison reader forget NAME'")
      return false
    }
    needed = nil
    notices.settle(ReaderNames.waiting)
    return true
  }

  /// Those that keep a receipt waiting.
  var holdingBack: [String] { needed.map { known.behind($0.number, of: $0.identity) } ?? [] }

  private func behind(_ end: KnownReaders.Confirmed?) -> [String] {
    if isLost { return [path] }
    guard !known.names.isEmpty else { return [] }
    guard let end else { return known.names }
    // The number of a journal that is lost says nothing in another.
    if needed?.identity != end.identity { needed = end }
    return known.behind((needed ?? end).number, of: end.identity)
  }

  private func save(_ next: KnownReaders) throws(ReaderNameFailure) {
    do throws(SystemError) {
      try FileSystem.atomicWrite(path, next.encode(), mode: 0o600)
    } catch {
      throw .disk("\(error)")
    }
    known = next
    isLost = false
  }
}

/// Why a reader's name was not noted.
enum ReaderNameFailure: Error {
  case refused(KnownReaders.Refusal)
  case disk(String)
}

extension ReaderFailure {
  init(_ failure: ReaderNameFailure) {
    self =
      switch failure {
      case .disk(let reason): .diskFailed(reason: reason)
      case .refused(.name):
        .refused(
          reason: "that is no name of a reader",
          hint: "use 1 to 32 of a to z, 0 to 9 and -, a letter first")
      case .refused(.tooMany):
        .refused(
          reason: "\(KnownReaders.most) readers are known",
          hint: "have the node forget one: 'liaison reader forget NAME'")
      }
  }
}
