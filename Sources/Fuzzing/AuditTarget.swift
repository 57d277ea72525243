import Audit
import Crypto
import Foundation
import Log
import Simulation
import Store

/// Files of a data folder as an auditor may get them: the audit ends, and says ok only of what it read.
///
/// The audit opens files by their names, so that they are written to a folder of this process; what harms them is what harms
/// the store's.
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

  /// What a log file lacks a journal may hold, and the auditor reads both: so the files are compared as a start makes them.
  private static func expectSound(_ disk: SimulatedDisk) {
    let found = StoreTarget.recovered(disk)
    check(found != nil, "ok of a folder that a start finds damaged: \(StoreTarget.complaint(disk))")
    for (file, bytes) in sound {
      let other = found?.content(of: file)?.bytes ?? []
      check(other == bytes, "ok of a folder whose \(file.path) \(difference(other, bytes))")
    }
  }

  private static func difference(_ bytes: [UInt8], _ sound: [UInt8]) -> String {
    let place = zip(bytes, sound).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    return "has \(bytes.count) bytes, \(sound.count) when sound, "
      + (place.map { "the first that differs at \($0)" } ?? "one the other's beginning")
  }

  /// Of the folder before any harm: what a start makes of all but journals, which turn, and the reserve.
  private static let sound: [(file: StoreFile, bytes: [UInt8])] = {
    let image = StoreTarget.recovered(SimulatedDisk(StoreTarget.image))
    return (image?.files ?? []).compactMap { file in
      if case .journal = file { return nil }
      guard file != .reserve, let bytes = image?.content(of: file)?.bytes else { return nil }
      return (file, bytes)
    }
  }()

  static var seeds: [[UInt8]] { StoreTarget.seeds + [[2], [3]] }
}

extension FileContent {
  fileprivate var bytes: [UInt8] { read(at: 0, count: count) }
}
