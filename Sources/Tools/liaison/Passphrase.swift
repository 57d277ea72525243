import CommandLine
import Node
import Runtime
import Secrets

/// The passphrase of a file: asked for on the terminal, read from a file, or made. It is never
/// printed.
enum Passphrase {
  static let maxBytes = 1_024
  private static let randomBytes = 16

  /// 128 random bits as eight groups of four hexadecimal digits and a line feed, in guarded memory.
  static func makeLine() -> GuardedBytes {
    var random = SystemRandom()
    let digits = Array("0123456789abcdef".utf8)
    return random.guarded(randomBytes).withBytes { bits in
      // Four digits and what ends the group, for each two bytes.
      GuardedBytes(count: randomBytes / 2 * 5) { text in
        for index in 0..<randomBytes {
          let start = index / 2 * 5 + index % 2 * 2
          text[start] = digits[Int(bits[index] >> 4)]
          text[start + 1] = digits[Int(bits[index] & 15)]
          if index % 2 == 1 {
            text[start + 2] = UInt8(ascii: index + 1 < randomBytes ? "-" : "\n")
          }
        }
      }
    }
  }

  /// Asks once on the terminal, without echo, for one that exists.
  static func askOnce(_ what: String) throws(Failure) -> GuardedBytes {
    try line("Passphrase of \(what): ")
  }

  /// Asks twice on the terminal, without echo, for a new one.
  static func ask(_ what: String) throws(Failure) -> GuardedBytes {
    let first = try line("Passphrase of \(what): ")
    guard first.count >= PassphraseFileError.leastNewBytes else {
      throw Failure(
        .usage, "The passphrase is shorter than \(PassphraseFileError.leastNewBytes) bytes.",
        hint: "Choose one of several words.")
    }
    let second = try line("The same again: ")
    guard second.withBytes({ first.isEqual(to: $0) }) else {
      throw Failure(.usage, "The two passphrases differ.", hint: "Try again.")
    }
    return first
  }

  private static func line(_ prompt: String) throws(Failure) -> GuardedBytes {
    var count = 0
    let buffer = try GuardedBytes(count: maxBytes) { bytes throws(Failure) in
      count = try Program.askSilently(prompt, into: &bytes)
    }
    let line = buffer.prefix(count)
    // An arrow key, or a paste gone wrong: it is not seen, and cannot be typed again.
    guard !line.withBytes({ bytes in bytes.indices.contains { bytes[$0].isControl } }) else {
      throw Failure(
        .usage, "The passphrase holds a control character.",
        hint: "Keys like arrows and Escape give some: type letters, digits and signs.")
    }
    return line
  }
}

extension UInt8 {
  fileprivate var isControl: Bool { self < 0x20 || self == 0x7f }
}

extension Arguments {
  static let passphraseFile = Option(
    "--passphrase-file", "FILE", summary: "read the passphrase from here")
  static let makePassphrase = Option(
    "--make-passphrase", "FILE",
    summary: "make a passphrase, and write it into this new file, which only you can read")

  /// The passphrase for a file that is made now.
  func newPassphrase(_ what: String) throws(Failure) -> GuardedBytes {
    if let path = value("--make-passphrase") {
      guard !has("--passphrase-file") else {
        throw Failure(
          .usage, "--make-passphrase and --passphrase-file exclude each other.",
          hint: "Give one of them.")
      }
      do throws(IdentityError) {
        try OutsideFile.check(path, folder: folder, hint: "name a file that is not there yet")
      } catch {
        var failure = Failure(error)
        if error.kind == .missing { failure.code = .cannotCreate }
        throw failure
      }
      return try madePassphrase(path)
    }
    guard !has("--passphrase-file"), Output.isTerminal(0) else {
      return try givenPassphrase(
        what, hint: "Give --passphrase-file, or --make-passphrase to have one made.")
    }
    return try Passphrase.ask(what)
  }

  /// The passphrase of a file that is there.
  func passphrase(_ what: String) throws(Failure) -> GuardedBytes {
    guard !has("--passphrase-file"), Output.isTerminal(0) else {
      return try givenPassphrase(what, hint: "Give --passphrase-file.")
    }
    return try Passphrase.askOnce(what)
  }

  private func givenPassphrase(
    _ what: String, hint: String
  ) throws(Failure) -> GuardedBytes {
    guard let path = value("--passphrase-file") else {
      throw Failure(
        .usage, "There is no terminal to ask for the passphrase of \(what).", hint: hint)
    }
    return try Failure.wrap { () throws(IdentityError) in try OwnSecrets.passphrase(from: path) }
  }

  private func madePassphrase(_ path: String) throws(Failure) -> GuardedBytes {
    let line = Passphrase.makeLine()
    do throws(SystemError) {
      try line.withBytes { bytes throws(SystemError) in
        try FileSystem.writeNew(path, bytes, mode: 0o600)
      }
    } catch {
      throw Failure(
        .cannotCreate, "Cannot \(error).", hint: "Name a file that is not there yet.")
    }
    return line.prefix(line.count - 1)
  }

  func printMadePassphrase() {
    guard let path = value("--make-passphrase") else { return }
    Output.print("its passphrase is in \(path): keep the two apart\n")
  }
}
