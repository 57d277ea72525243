import Foundation

/// The `liaison` of this build.
var liaisonPath: String {
  DaemonProcess.binary.deletingLastPathComponent().appendingPathComponent("liaison").path
}

/// The real `liaison`, to its end.
/// - Returns: how it ended, and what it wrote to both outputs.
func runLiaison(_ words: [String]) throws -> (status: Int32, said: String) {
  let pipe = Pipe()
  let process = try startLiaison(words, into: pipe)
  let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  return (process.terminationStatus, said)
}

/// The real `liaison`, under way.
func startLiaison(_ words: [String], into output: Any) throws -> Process {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: liaisonPath)
  process.arguments = words
  process.standardError = output
  process.standardOutput = output
  process.standardInput = FileHandle.nullDevice
  try process.run()
  return process
}
