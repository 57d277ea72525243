import Audit
import Foundation
import Log
import Testing

/// The opinion of one of the two verifiers.
struct Opinion {
  let code: Int32
  let output: String
  /// `RESULT word code`
  var last: String { output.split(separator: "\n").last.map(String.init) ?? "" }

  func says(_ place: String) -> Bool { output.contains(place) }
}

let repository = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
let script = repository.appendingPathComponent("Tests/interop/verify_log.py")

/// Debian's Python with python3-cryptography.
let pythonIsThere: Bool = {
  let isThere =
    (try? run("/usr/bin/python3", ["-c", "import cryptography"]))?.code == 0
  if !isThere { print("skipped: python3-cryptography is not installed") }
  return isThere
}()

/// - Parameter current: the working folder; nil: that of the tests.
func run(_ tool: String, _ arguments: [String], in current: URL? = nil) throws -> Opinion {
  let process = Process()
  if let current { process.currentDirectoryURL = current }
  process.executableURL = URL(fileURLWithPath: tool)
  process.arguments = arguments
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = FileHandle.nullDevice
  try process.run()
  let output = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return Opinion(
    code: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
}

private func keys(_ cards: [URL]) -> [String] { cards.flatMap { ["--key", $0.path] } }

func python(_ folder: URL, _ cards: [URL]) throws -> Opinion {
  try run("/usr/bin/python3", [script.path, folder.path] + keys(cards))
}

/// The executable beside the test bundle.
func tool(_ arguments: [String], in current: URL? = nil) throws -> Opinion {
  let folder = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
    .deletingLastPathComponent()
  let products = folder ?? Bundle.main.bundleURL
  return try run(products.appendingPathComponent("liaison-audit").path, arguments, in: current)
}

func swift(_ folder: URL, _ cards: [URL]) throws -> Opinion {
  try tool(["verify", folder.path] + keys(cards))
}
