import Crypto
import Store

/// The events of a run: as a digest that any other run of the same seed must give, and, where
/// somebody reads it, as text.
public final class Chronicle {
  private var hasher = SHA256()
  /// Takes a line without its end.
  private let trace: ((String) -> Void)?

  init(_ trace: ((String) -> Void)?) { self.trace = trace }

  /// Adds an input or an outcome to the digest.
  func note(_ text: String) { note(Array(text.utf8)) }

  func note(_ bytes: [UInt8]) {
    note(UInt64(bytes.count))
    hasher.update(bytes.span)
  }

  func note(_ values: UInt64...) {
    for value in values {
      let bytes = value.bytes
      hasher.update(bytes.span)
    }
  }

  /// Adds one disk operation with all its bytes.
  func note(_ operation: DiskOperation) {
    note(operation.summary)
    if case .write(_, _, let bytes) = operation { hasher.update(bytes.span) }
  }

  func say(_ text: @autoclosure () -> String) { trace?(text()) }

  var digest: Digest {
    var copy = hasher
    return copy.finalize()
  }
}

extension UInt64 {
  fileprivate var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> (8 * $0)) } }
}

extension DiskOperation {
  /// For a person who reads a trace.
  var summary: String {
    switch self {
    case .createFolder(let folder): "make folder \(folder.path)"
    case .create(let file): "make \(file.path)"
    case .preallocate(let file, let bytes): "preallocate \(file.path) \(bytes)"
    case .write(let file, let offset, let bytes):
      "write \(file.path) at \(offset), \(bytes.count) bytes"
    case .truncate(let file, let bytes): "cut \(file.path) to \(bytes)"
    case .sync(let file): "sync \(file.path)"
    case .syncFolder(let folder): "sync folder \(folder.path)/"
    case .punchHole(let file, let offset, let bytes):
      "punch \(file.path) at \(offset), \(bytes) bytes"
    case .rename(let from, let to): "rename \(from.path) to \(to.path)"
    case .remove(let file): "remove \(file.path)"
    }
  }
}
