import CommandLine
import Glibc
import Node
import Runtime

/// The records to publish: all of the input, checked before anything of it is published.
struct RecordInput {
  /// The whole input is held until it is published, because standard input cannot be read twice.
  static let maxBytes = 1 << 30

  private let bytes: [UInt8]
  /// Where each line stands in `bytes`, without its line feed; line number is position + 1.
  private let lines: [Range<Int>]

  var count: Int { lines.count }

  /// - Parameter path: nil or `-` for standard input.
  init(path: String?) throws(Failure) {
    bytes = try RecordInput.read(path)
    var lines: [Range<Int>] = []
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
      lines.append(start..<end)
      start = end + 1
    }
    self.lines = lines
    for (position, range) in lines.enumerated() {
      do throws(RecordProblem) {
        _ = try RecordRules.check(Array(bytes[range]))
      } catch {
        throw Failure(
          .dataError, "Line \(position + 1) \(error.reason).",
          hint: "Nothing was published; mend the line and try again.")
      }
    }
    if lines.isEmpty {
      throw Failure(.dataError, "The input is empty.", hint: "Give one JSON object a line.")
    }
  }

  /// The records from `line` on that fit into one call.
  func batch(from line: Int) -> [String] {
    var records: [String] = []
    var recordBytes = 0
    for range in lines[(line - 1)...] {
      recordBytes += range.count
      guard records.count < ControlLimits.recordsPerPublish,
        recordBytes <= ControlLimits.recordBytesPerPublish
      else { break }
      records.append(String(decoding: bytes[range], as: UTF8.self))
    }
    return records
  }

  private static func read(_ path: String?) throws(Failure) -> [UInt8] {
    if let path, path != "-" {
      do throws(SystemError) {
        return try FileSystem.read(path, maxBytes: maxBytes)
      } catch {
        throw Failure(input: error)
      }
    }
    var input: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let size = chunk.count
      let count = unsafe Glibc.read(0, &chunk, size)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Failure(.inputOutput, "Standard input cannot be read.") }
      if count == 0 { return input }
      input.append(contentsOf: chunk[..<count])
      guard input.count <= maxBytes else {
        throw Failure(.dataError, "The input is longer than 1 GiB.", hint: "Publish it in parts.")
      }
    }
  }
}
