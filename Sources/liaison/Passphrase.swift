import CommandLine
import Crypto
import Glibc
import Secrets

/// The passphrase of a recovery file.
enum Passphrase {
  static let maxBytes = 1_024

  /// 128 random bits as eight groups of four hexadecimal digits.
  static func generate() -> String {
    var random = SystemRandom()
    let digits = Array(Hex.encode(random.bytes(16)))
    return stride(from: 0, to: digits.count, by: 4)
      .map { String(digits[$0..<($0 + 4)]) }.joined(separator: "-")
  }

  /// Asks twice on the terminal, without echo.
  static func ask() throws(Failure) -> GuardedBytes {
    let first = try line("Passphrase of the recovery file: ")
    let second = try line("The same again: ")
    guard first.count > 0 else {
      throw Failure(.usage, "The passphrase is empty.", hint: "Choose one of several words.")
    }
    guard second.withBytes({ first.isEqual(to: $0) }) else {
      throw Failure(.usage, "The two passphrases differ.", hint: "Try again.")
    }
    return first
  }

  private static func line(_ prompt: String) throws(Failure) -> GuardedBytes {
    Output.printError(prompt)
    var saved = termios()
    unsafe tcgetattr(0, &saved)
    var silent = saved
    silent.c_lflag &= ~tcflag_t(ECHO)
    unsafe tcsetattr(0, TCSAFLUSH, &silent)
    defer {
      unsafe tcsetattr(0, TCSAFLUSH, &saved)
      Output.printError("\n")
    }
    var count = 0
    let buffer = try GuardedBytes(count: maxBytes) { bytes throws(Failure) in
      while true {
        var byte: UInt8 = 0
        guard unsafe read(0, &byte, 1) == 1 else {
          throw Failure(.noInput, "The input ended before the passphrase did.")
        }
        if byte == 0x0a { return }
        guard count < maxBytes else {
          throw Failure(.usage, "The passphrase is longer than \(maxBytes) bytes.")
        }
        bytes[count] = byte
        count += 1
      }
    }
    return buffer.prefix(count)
  }
}
