import CommandLine
import JSON
import Runtime

/// An input that is one record, with or without a line end.
enum OneRecord {
  /// - Parameter path: `-` for standard input.
  static func read(_ path: String) throws(Failure) -> Record {
    var bytes: [UInt8]
    do throws(SystemError) {
      bytes = try FileSystem.readGiven(path, maxBytes: JSONLimits.recordBytes + 2)
    } catch {
      throw Failure(input: error)
    }
    if bytes.last == 0x0a { bytes.removeLast() }
    if bytes.last == 0x0d { bytes.removeLast() }
    return try checked(bytes)
  }

  static func checked(_ bytes: [UInt8]) throws(Failure) -> Record {
    do throws(JSONProblem) { return try Record(checking: bytes) } catch {
      throw Failure(
        .dataError, "The record \(error.reason).", hint: error.hint + " Nothing was published.")
    }
  }
}
