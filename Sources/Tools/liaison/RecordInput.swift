import CommandLine
import JSON
import Node
import Runtime

/// The records to publish, one a line. All of the input is checked before anything of it is given,
/// unless it is a pipe that is to be published as it comes. A file is read twice rather than held;
/// what a pipe gives is held, in memory alone.
struct RecordInput {
  /// Bytes that are held of an input that can be read only once.
  static let maxKeptBytes = 1 << 30
  private static let linesOfProgress = 65_536

  private let input: InputFile
  private var lines: LineReader
  private var check = RecordCheck()
  private var schema: PublishCheck
  /// The last line to give; nil while it is published as it comes.
  let count: Int?
  private let last: Int
  /// A record that was read and did not fit into the batch before.
  private var held: Record?
  /// Number of the last line that was given; from 1.
  private(set) var lastLine: Int

  /// - Parameters:
  ///   - path: nil or `-` for standard input.
  ///   - wanted: numbers of the lines to give, from 1; the others are left out.
  ///   - asItComes: nothing is checked ahead.
  ///   - schema: what records have to say; an id must not stand already.
  init(
    path: String?, lines wanted: ClosedRange<Int>, asItComes: Bool, schema: PublishCheck
  ) throws(Failure) {
    let first = wanted.lowerBound
    let input = try RecordInput.open(path, asItComes: asItComes)
    self.input = input
    lines = LineReader(input, maxLineBytes: JSONLimits.recordBytes)
    var schema = schema
    let all = asItComes ? nil : try RecordInput.checkAll(input, wanted, &schema)
    self.schema = schema
    if let all, first > all {
      throw Failure(
        .usage, "--from-line is \(first), and the input has \(all) lines.",
        hint: "There is nothing left to publish.")
    }
    count = all.map { min($0, wanted.upperBound) }
    last = wanted.upperBound
    lastLine = first - 1
    while lines.number < first - 1, try RecordInput.advance(&lines) {}
  }

  private static func open(_ path: String?, asItComes: Bool) throws(Failure) -> InputFile {
    let input: InputFile
    let isWhole: Bool
    do throws(SystemError) {
      input = try InputFile(path: path)
      isWhole = try asItComes ? input.isRewindable : input.keepAll(maxBytes: maxKeptBytes)
    } catch {
      throw Failure(input: error)
    }
    guard asItComes == isWhole else { return input }
    if asItComes {
      throw Failure(
        .usage, "--stream is given, and the input is a file.",
        hint: "Leave it out: a file of any size is checked, and then published.")
    }
    throw Failure(
      .dataError, "The input is longer than 1 GiB and can be read only once.",
      hint: "Publish it from a file, in parts, or with --stream as it comes.")
  }

  /// - Returns: the number of lines.
  private static func checkAll(
    _ input: InputFile, _ wanted: ClosedRange<Int>, _ schema: inout PublishCheck
  ) throws(Failure) -> Int {
    var lines = LineReader(input, maxLineBytes: JSONLimits.recordBytes)
    var check = RecordCheck()
    var progress = ProgressLine()
    while try advance(&lines) {
      do throws(Failure) {
        let record = try read(lines, &check)
        // Records that were published before may stand already: left-out lines are not checked for
        // that.
        try schema.check(record, line: lines.number, isWanted: wanted.contains(lines.number))
      } catch {
        progress.clear()
        throw error.with(hint: "Nothing was published.")
      }
      if lines.number % linesOfProgress == 0 { progress.show("checked \(lines.number) records") }
    }
    progress.clear()
    guard lines.number > 0 else {
      throw Failure(.dataError, "The input is empty.", hint: "Give one JSON object a line.")
    }
    do throws(Failure) { try schema.finish() } catch {
      throw error.with(hint: "Nothing was published.")
    }
    input.rewind()
    return lines.number
  }

  private static func advance(_ lines: inout LineReader) throws(Failure) -> Bool {
    do throws(SystemError) { return try lines.advance() } catch { throw Failure(input: error) }
  }

  private static func read(
    _ lines: LineReader, _ check: inout RecordCheck
  ) throws(Failure) -> Record {
    do throws(JSONProblem) {
      if lines.isTooLong { throw JSONProblem(.tooLong(bytes: lines.lineBytes), at: 0) }
      return try check(lines.copyOfLine())
    } catch {
      throw Failure(.dataError, "Line \(lines.number) \(error.reason).", hint: error.hint)
    }
  }

  // MARK: - Batches

  /// True when the next batch is there without waiting for whoever writes into the pipe.
  var isReady: Bool { held != nil || lines.hasLine || input.waitUntilReadable(milliseconds: 0) }

  /// Waits until there is more input, or an answer of the daemon.
  /// - Returns: whether it is input.
  func wait(orFor daemon: DaemonConnection) -> Bool { daemon.waits(orFor: input) }

  /// The next records that fit into one call; of a pipe those that are there. Empty at the end.
  mutating func batch() throws(Failure) -> [Record] {
    var records: [Record] = []
    var recordBytes = 0
    while records.count < ControlLimits.recordsPerPublish {
      if count == nil, !records.isEmpty, !isReady { break }
      guard let record = try nextRecord() else { break }
      recordBytes += record.bytes.count
      guard recordBytes <= ControlLimits.recordBytesPerPublish else {
        held = record
        break
      }
      records.append(record)
    }
    lastLine += records.count
    return records
  }

  private mutating func nextRecord() throws(Failure) -> Record? {
    if let record = held {
      held = nil
      return record
    }
    guard lines.number < last, try RecordInput.advance(&lines) else { return nil }
    do throws(Failure) {
      let record = try RecordInput.read(lines, &check)
      if count == nil { try schema.check(record, line: lines.number, isWanted: true) }
      return record
    } catch {
      guard count != nil else { throw error }
      throw error.with(hint: "It was right when it was checked: the file is being changed.")
    }
  }

  /// Says what of the records was published though nobody may match by it.
  mutating func sayMarks() { schema.sayMarks() }
}

extension Failure {
  /// The same failure with one sentence more.
  func with(hint more: String) -> Failure {
    var failure = self
    failure.hint += (failure.hint.isEmpty ? "" : " ") + more
    return failure
  }
}
