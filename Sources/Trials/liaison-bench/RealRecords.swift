import Foundation
import Synchronization
import JSON

/// Records as partners publish them: persons with nested members and names in several scripts, some
/// 340 bytes. From the invented people of the shared folder of public data where it is there; else
/// of the same shape, made here.
enum RealRecords {
  /// A file for each batch, one record a line.
  static func files(_ count: Int, times: Int, in scratch: Scratch) throws -> [URL] {
    try batches(count, times: times).enumerated().map { number, batch in
      let url = URL(fileURLWithPath: scratch.file("records-\(count)-\(number).jsonl"))
      try batch.write(to: url)
      return url
    }
  }

  /// The same records so many times, each time with ids that no other has: an id that stands is not
  /// published again (REC-92).
  static func batches(_ count: Int, times: Int) throws -> [Data] {
    let text = String(decoding: try bytes(count), as: UTF8.self)
    return (0..<times).map { _ in
      let batch = serial.withLock { number -> Int in
        number += 1
        return number
      }
      return Data(text.replacing(#""id":""#, with: #""id":"\#(batch)-"#).utf8)
    }
  }

  /// Counts the batches of this process.
  private static let serial = Mutex(0)

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
