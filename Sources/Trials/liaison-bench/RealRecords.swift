import Foundation
import JSON

/// Records as partners publish them: persons with nested members and names in several scripts, some
/// 340 bytes. From the invented people of the shared folder of public data where it is there; else
/// of the same shape, made here.
enum RealRecords {
  /// One record a line.
  static func file(_ count: Int, in scratch: Scratch) throws -> URL {
    let url = URL(fileURLWithPath: scratch.file("records-\(count).jsonl"))
    if FileManager.default.fileExists(atPath: url.path) { return url }
    try bytes(count).write(to: url)
    return url
  }

  static func records(_ count: Int) throws -> [Record] {
    try [UInt8](bytes(count)).split(separator: 0x0a).map { try Record(checking: Array($0)) }
  }

  /// Where they come from, for the report.
  static var source: String { script == nil ? "made here" : "make_records.py synthetic" }

  private static var script: String? {
    guard let shared = ProcessInfo.processInfo.environment["LIAISON_SHARED"] else { return nil }
    let path = shared + "/data/make_records.py"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  private static func bytes(_ count: Int) throws -> Data {
    guard let script else { return made(count) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script, "synthetic", "\(count)"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0, !data.isEmpty else {
      throw BenchError("\(script) failed")
    }
    return data
  }

  private static func made(_ count: Int) -> Data {
    let names = ["حسین موسوی", "Córdoba Núñez", "Иван Петров", "Anna Maria Example", "王小明"]
    let text = (0..<count).map { number in
      #"{"type":"person","v":1,"collected":"2026-01-01","basis":"fact","grade":"B2","handling":["H0"],"#
        + #""onward":"ask-originator","purpose":["ct"],"id":"made-\#(number)","category":"contact","#
        + #""name":[{"full":"\#(names[number % names.count])","kind":"primary"}],"birthDate":["1945-04-29"],"#
        + #""birthPlace":"Somewhere","gender":"male","nationality":["Nowhere"]}"# + "\n"
    }
    return Data(text.joined().utf8)
  }
}
