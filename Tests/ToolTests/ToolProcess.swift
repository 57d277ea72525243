import Foundation

/// The real `liaison` of this build.
enum ToolProcess {
  struct Result {
    let status: Int32
    /// Standard output, and standard error.
    let output: String
    let errors: String
    /// Standard output, line by line.
    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  private final class Marker {}

  /// Runs it to its end.
  /// - Parameters:
  ///   - input: what standard input gives.
  ///   - environment: beside PATH nothing else is there.
  static func run(
    _ words: [String], input: String = "", environment: [String: String] = [:]
  ) throws -> Result {
    let process = Process()
    process.executableURL = Bundle(for: Marker.self).bundleURL.appendingPathComponent("liaison")
    process.arguments = words
    process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { given, _ in given }
    let (source, output, errors) = (Pipe(), Pipe(), Pipe())
    process.standardInput = source
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let writer = Thread {
      try? source.fileHandleForWriting.write(contentsOf: Data(input.utf8))
      try? source.fileHandleForWriting.close()
    }
    writer.start()
    let said = errors.fileHandleForReading
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let problems = String(decoding: said.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Result(status: process.terminationStatus, output: text, errors: problems)
  }

  static let look = ["--purpose", "ct", "--reason", "a test"]
}
