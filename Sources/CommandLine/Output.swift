internal import Glibc

/// What a tool writes. A write that fails ends the process with 74: nothing was said, so nothing
/// may look done.
public enum Output {
  public static func print(_ text: String) { write(Array(text.utf8), to: 1) }
  public static func print(bytes: [UInt8]) { write(bytes, to: 1) }
  public static func printError(_ text: String) { write(Array(text.utf8), to: 2) }

  public static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Ends the process with the sentence and its hint on standard error.
  public static func fail(_ tool: String, _ failure: Failure) -> Never {
    let hint = failure.hint.isEmpty ? "" : " \(failure.hint)"
    printError("\(tool): \(failure.sentence)\(hint)\n")
    exit(failure.code)
  }

  public static func exit(_ code: ExitCode) -> Never { Glibc.exit(code.rawValue) }
  public static func exit(number: Int32) -> Never { Glibc.exit(number) }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
        return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0 { exit(.inputOutput) }
      done += count
    }
  }
}

/// One line on standard error that is written over; silent where that is no terminal.
public struct ProgressLine {
  private let isVisible = Output.isTerminal(2)
  private var isDirty = false

  public init() {}

  public mutating func show(_ text: String) {
    guard isVisible else { return }
    Output.printError("\r\u{1b}[K\(text)")
    isDirty = true
  }

  /// Takes the line away, before something else is printed.
  public mutating func clear() {
    guard isDirty else { return }
    Output.printError("\r\u{1b}[K")
    isDirty = false
  }
}
