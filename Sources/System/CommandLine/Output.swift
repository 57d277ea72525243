internal import Glibc
internal import Text

/// The output of a tool. A write that fails ends the process with 74: nothing was said, so nothing
/// may look done.
///
/// Text is made printable here, whatever it was put together from, so that no message can forget
/// it.
public enum Output {
  /// Standard output, as it is: the caller ends lines.
  public static func print(_ text: String) { mustWrite(Array(text.printableLines.utf8), to: 1) }
  /// Standard error, as it is: the caller ends lines.
  public static func printError(_ text: String) {
    mustWrite(Array(text.printableLines.utf8), to: 2)
  }
  /// One value of JSON and a line feed, with all that a terminal would obey written as `\u001b`.
  public static func print(json text: String) {
    mustWrite(Array(text.printableJSON.utf8) + [0x0a], to: 1)
  }
  /// Lines that hold records, each with a line feed after it. A pipe or a file gets their exact
  /// bytes, and a terminal JSON of the same meaning.
  public static func print(records lines: [[UInt8]]) {
    guard !lines.isEmpty else { return }
    let isShown = isTerminal(1)
    var bytes: [UInt8] = []
    for line in lines {
      if isShown {
        bytes.append(contentsOf: String(decoding: line, as: UTF8.self).printableJSON.utf8)
      } else {
        bytes.append(contentsOf: line)
      }
      bytes.append(0x0a)
    }
    mustWrite(bytes, to: 1)
  }
  /// Exact bytes: what was asked for is a copy.
  public static func print(bytes: [UInt8]) { mustWrite(bytes, to: 1) }
  /// Steers the terminal; only the program's own sequences.
  static func steerError(_ sequence: StaticString, _ text: String = "") {
    mustWrite(Array("\(sequence)\(text.printable)".utf8), to: 2)
  }
  /// Empties the screen, where standard output is one.
  public static func clearScreen() {
    if isTerminal(1) { mustWrite(Array("\u{1b}[H\u{1b}[2J".utf8), to: 1) }
  }

  /// True where a person reads: records and progress are then shown otherwise.
  public static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Ends the process with the sentence and its hint on standard error.
  public static func fail(_ tool: String, _ failure: Failure) -> Never {
    let hint = failure.hint.isEmpty ? "" : " \(failure.hint)"
    let text = "\(tool): \(failure.sentence)\(hint)\n".printableLines
    // Where it cannot be said, the exit status still says it.
    _ = write(Array(text.utf8), to: 2)
    exit(failure.code)
  }

  /// Ends the process; output is unbuffered, so that nothing is lost.
  public static func exit(_ code: ExitCode) -> Never { Glibc.exit(code.rawValue) }
  /// For a status of the tool's own, as `Tool.Exit` lists them.
  public static func exit(number: Int32) -> Never { Glibc.exit(number) }

  private static func mustWrite(_ bytes: [UInt8], to descriptor: Int32) {
    if !write(bytes, to: descriptor) { exit(.inputOutput) }
  }

  /// - Returns: false when not all of it could be written.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
        return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0 { return false }
      done += count
    }
    return true
  }
}

/// One line on standard error that is written over; silent where that is no terminal.
public struct ProgressLine {
  private let isVisible = Output.isTerminal(2)
  private var isDirty = false

  /// Looks once whether standard error is a terminal.
  public init() {}

  /// Takes the place of the text before; control characters are made printable.
  public mutating func show(_ text: String) {
    guard isVisible else { return }
    Output.steerError("\r\u{1b}[K", text)
    isDirty = true
  }

  /// Takes the line away, before something else is printed.
  public mutating func clear() {
    guard isDirty else { return }
    Output.steerError("\r\u{1b}[K")
    isDirty = false
  }
}
