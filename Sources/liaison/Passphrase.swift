import CommandLine
import Crypto
import Glibc
import Node
import Secrets

/// The passphrase of a file.
enum Passphrase {
  static let maxBytes = 1_024

  /// 128 random bits as eight groups of four hexadecimal digits.
  static func generate() -> String {
    var random = SystemRandom()
    let digits = Array(Hex.encode(random.bytes(16)))
    return stride(from: 0, to: digits.count, by: 4)
      .map { String(digits[$0..<($0 + 4)]) }.joined(separator: "-")
  }

  /// Asks once on the terminal, without echo, for one that exists.
  static func askOnce(_ what: String) throws(Failure) -> GuardedBytes {
    try line("Passphrase of \(what): ")
  }

  /// Asks twice on the terminal, without echo, for a new one.
  static func ask(_ what: String) throws(Failure) -> GuardedBytes {
    let first = try line("Passphrase of \(what): ")
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

extension Arguments {
  /// Made where nobody can be asked, and then printed once.
  var generatedPassphrase: String? {
    has("--passphrase-file") || Output.isTerminal(0) ? nil : Passphrase.generate()
  }

  /// For a file that is made now.
  func newPassphrase(_ what: String, generated: String?) throws(Failure) -> GuardedBytes {
    if let generated { return GuardedBytes(copying: Array(generated.utf8).span) }
    guard let path = value("--passphrase-file") else { return try Passphrase.ask(what) }
    return try Failure.wrap { () throws(IdentityError) in try OwnSecrets.passphrase(from: path) }
  }

  /// Of a file that is there.
  func passphrase(_ what: String) throws(Failure) -> GuardedBytes {
    guard let path = value("--passphrase-file") else {
      guard Output.isTerminal(0) else {
        throw Failure(
          .usage, "There is no terminal to ask for the passphrase of \(what).",
          hint: "Give --passphrase-file.")
      }
      return try Passphrase.askOnce(what)
    }
    return try Failure.wrap { () throws(IdentityError) in try OwnSecrets.passphrase(from: path) }
  }
}
