import CommandLine
import JSON
import Runtime

/// Lines of an input in batches, each of them checked. Holds one batch, however long the input is.
struct MatchInput {
  /// Records of one call, and their bytes: escaped, they are twice as many at worst.
  static let recordsPerCall = 64
  static let bytesPerCall = 512 << 10

  struct Line {
    let number: Int
    let content: Content

    enum Content {
      case record(String)
      /// Completes the sentence "line 5 …".
      case problem(String)
    }
  }

  private let input: InputFile
  private var lines: LineReader
  private var check = RecordCheck()
  /// A line that was read and did not fit into the batch before.
  private var held: Line?

  init(path: String) throws(Failure) {
    do throws(SystemError) { input = try InputFile(path: path) } catch {
      throw Failure(input: error)
    }
    lines = LineReader(input, maxLineBytes: JSONLimits.recordBytes)
  }

  /// True when a line is there without waiting for whoever writes into the pipe.
  var isReady: Bool { held != nil || lines.hasLine || input.waitUntilReadable(milliseconds: 0) }

  /// The next lines, of a pipe those that are there. Empty at the end.
  mutating func batch() throws(Failure) -> [Line] {
    var batch: [Line] = []
    var bytes = 0
    while batch.count < MatchInput.recordsPerCall, batch.isEmpty || isReady {
      guard let line = try next() else { break }
      if case .record(let text) = line.content { bytes += text.utf8.count }
      guard bytes <= MatchInput.bytesPerCall else {
        held = line
        break
      }
      batch.append(line)
    }
    return batch
  }

  private mutating func next() throws(Failure) -> Line? {
    if let line = held {
      held = nil
      return line
    }
    let isThere: Bool
    do throws(SystemError) { isThere = try lines.advance() } catch { throw Failure(input: error) }
    guard isThere else { return nil }
    do throws(JSONProblem) {
      if lines.isTooLong { throw JSONProblem(.tooLong(bytes: lines.lineBytes), at: 0) }
      return Line(number: lines.number, content: .record(try check(lines.copyOfLine()).text))
    } catch {
      return Line(number: lines.number, content: .problem("\(error.reason). \(error.hint)"))
    }
  }
}
