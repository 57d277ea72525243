internal import CProgram
internal import Glibc
internal import Text

/// The first steps of each tool, before it opens or reads anything.
public enum Program {
  /// - Parameter holdsSecrets: keys or passphrases will be in its memory: nobody may read it there.
  public static func begin(holdsSecrets: Bool) {
    guard liaison_occupy_standard() == 0 else { Output.exit(.software) }
    liaison_restrict_new_files()
    // A refusal of the kernel leaves memory as readable as it was: there is nothing to tell.
    if holdsSecrets { _ = liaison_hide_memory() }
  }

  /// The words of the command line after the program's name. Bytes that are no UTF-8 stay what they
  /// are (`PathText`).
  public static var arguments: [String] {
    (1..<max(1, liaison_argument_count())).map { index -> String in
      unsafe PathText.string(of: liaison_argument(index))
    }
  }

  /// Asks on the terminal of standard input, without echo, for one line.
  /// - Parameter memory: filled from its beginning.
  /// - Returns: how many bytes, without the line's end.
  public static func askSilently(
    _ prompt: String, into memory: inout MutableSpan<UInt8>
  ) throws(Failure) -> Int {
    let text = prompt.printable
    let result = unsafe memory.withUnsafeMutableBufferPointer { buffer -> Int64 in
      guard let base = buffer.baseAddress else { return 0 }
      return unsafe liaison_read_silently(0, text, base, buffer.count)
    }
    switch -result {
    case ..<1: return Int(result)
    case Int64(EMSGSIZE): throw Failure(.usage, "The line is longer than \(memory.count) bytes.")
    default: throw Failure(.noInput, "The input ended before the line did.")
    }
  }
}
