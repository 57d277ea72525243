import Foundation

/// nomenklatura's logic-v2 in an environment of its own, by `Tests/system/bench-names.py`; left out
/// with a message where that cannot be made.
enum NamesRival {
  private static var folder: String {
    ProcessInfo.processInfo.environment["LIAISON_BENCH_VENV"]
      ?? NSTemporaryDirectory() + "/liaison-bench-names"
  }

  /// - Returns: what it scored and how long it took.
  static func run(_ shared: String) -> JSON {
    guard FileManager.default.fileExists(atPath: "Tests/system/bench-names.py") else {
      return .text("skipped: run it in the project's folder, where Tests/system/bench-names.py is")
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let output = folder + "-out"
    try? FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
    process.arguments = [
      "python3", "Tests/system/bench-names.py", folder, shared + "/names", output,
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    do { try process.run() } catch { return .text("skipped: no python3") }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      return .text("skipped: nomenklatura 4.17.4 could not be installed")
    }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    return .object(
      lines.compactMap { line in
        let fields = line.split(separator: " ")
        guard fields.count == 2, let value = Double(fields[1]) else { return nil }
        return (String(fields[0]), .figure(value))
      })
  }

  /// Names in two scripts, made by the same script.
  static var scripts: [(script: String, own: String, latin: String)]? {
    guard
      let text = try? String(contentsOfFile: folder + "-out/scripts.tsv", encoding: .utf8)
    else { return nil }
    return text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: "\t").map(String.init)
      return fields.count == 3 ? (fields[0], fields[1], fields[2]) : nil
    }
  }
}
