import Audit
import Crypto
import Foundation
import Log
import Simulation
import Store

/// Files of a data folder as an auditor may get them: the audit ends, and says ok only of what it
/// read.
///
/// The audit opens files by their names, so that they are written to a folder of this process; what
/// harms them is what harms the store's.
enum AuditTarget {
  private static let folder: String = {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("liaison-fuzz-audit-\(ProcessInfo.processInfo.processIdentifier)")
      .path
    return path
  }()

  static func run(_ input: inout FuzzInput) {
    let disk = SimulatedDisk(StoreTarget.image)
    let flags = input.u8()
    var edits = 0
    while !input.isEmpty, edits < 16 {
      StoreTarget.harm(disk, &input)
      edits += 1
    }
    if flags & 1 == 1 {
      for number in 0...1 { StoreTarget.mendChecksums(of: .journal(number), on: disk) }
    }
    try? FileManager.default.removeItem(atPath: folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var root = folder
    sure {
      for file in disk.image.files {
        guard let content = disk.image.content(of: file) else { continue }
        let path = URL(fileURLWithPath: folder).appendingPathComponent(file.path)
        try FileManager.default.createDirectory(
          at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(content.read(at: 0, count: content.count)).write(to: path)
      }
    }
    if flags & 2 == 2 { root += "/logs/\(FuzzParty.nl.identity.id)" }
    let cards = [FuzzParty.nl, .be].map(\.card)
    guard
      let report = try? FolderAudit.run(path: root, cards: cards, threads: 1, isStill: true)
    else { return }
    guard report.verdict == .ok, flags & 2 == 0 else { return }
    expectSound(disk)
  }

  /// The auditor reads log files and journals, and a journal may hold what a log file lacks: so the
  /// files are compared as a start makes them. The last commits of a journal may be torn, which
  /// says nothing (AUD-26): then it is as if they had never been.
  private static func expectSound(_ disk: SimulatedDisk) {
    guard let found = StoreTarget.recovered(disk) else {
      return check(
        false, "ok of a folder that a start finds damaged: \(StoreTarget.complaint(disk))")
    }
    let made = content(found)
    check(
      sound.contains { $0.allSatisfy { made[$0.key] == $0.value } },
      "ok of a folder whose \(difference(made))")
  }

  private static func difference(_ made: [StoreFile: [UInt8]]) -> String {
    guard let last = sound.last,
      let (file, bytes) = last.first(where: { made[$0.key] != $0.value })
    else { return "files are sound" }
    let other = made[file] ?? []
    let place = zip(other, bytes).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    return "\(file.path) has \(other.count) bytes, \(bytes.count) when sound, "
      + (place.map { "the first that differs at \($0)" } ?? "one the other's beginning")
  }

  /// The files that a start makes of the folder before any harm, after each commit that it saw.
  private static let sound = StoreTarget.history.compactMap {
    StoreTarget.recovered(SimulatedDisk($0)).map(content)
  }

  /// All but journals, which turn, and the reserve.
  private static func content(_ image: DiskImage) -> [StoreFile: [UInt8]] {
    var content: [StoreFile: [UInt8]] = [:]
    for file in image.files where file != .reserve {
      if case .journal = file { continue }
      content[file] = image.content(of: file)?.bytes
    }
    return content
  }

  static var seeds: [[UInt8]] { StoreTarget.seeds + [[2], [3]] }
}

extension FileContent {
  fileprivate var bytes: [UInt8] { read(at: 0, count: count) }
}
