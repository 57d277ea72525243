import Log

// Log files against the lengths that the head gives them (Protocols/store.md, 7.3).
extension Recovery {
  /// Before a replay writes behind it: what the log files lack of what they had when the oldest
  /// journal in use began. Missing files are made, so that the replay has where to write.
  mutating func survey(_ head: HeadRecord) throws(StoreError) {
    var made: [DiskOperation] = []
    for file in head.files {
      guard let gap = try gap(file, head) else { continue }
      note(gap, file, head.id)
      if gap.problem == .missing, file != .identity { made.append(.create(.log(head.id, file))) }
    }
    guard !made.isEmpty else { return }
    made =
      [.createFolder(.logs), .createFolder(.log(head.id)), .createFolder(.bodies(head.id))] + made
    try change(made)
  }

  /// After the replay.
  /// - Returns: what removes the bytes behind the acknowledged ones.
  mutating func checkLengths(_ head: HeadRecord) throws(StoreError) -> [DiskOperation] {
    var surplus: [DiskOperation] = []
    for file in head.files where file != .identity {
      if let gap = try gap(file, head) {
        note(gap, file, head.id)
      } else if let size = try size(of: .log(head.id, file)), let expected = head.bytes(of: file),
        size > expected
      {
        surplus.append(.truncate(.log(head.id, file), bytes: expected))
      }
    }
    for number in try segments(of: head.id) where number > head.segment {
      surplus.append(.remove(.log(head.id, .bodies(number))))
    }
    return surplus
  }

  /// The segments that are there, ascending. Another name is no segment's.
  func segments(of id: LogID) throws(StoreError) -> [UInt32] {
    try list(.bodies(id)).compactMap { LogFile.segment(named: $0) }.sorted()
  }

  private struct Gap {
    let length: UInt64
    let problem: Damage.Problem
  }

  private func gap(_ file: LogFile, _ head: HeadRecord) throws(StoreError) -> Gap? {
    var expected = head.bytes(of: file) ?? 0
    if file == .nodes, let start = touched[head.id] {
      // A replay writes no nodes: they are computed after it.
      expected = min(expected, NodesLayout.count(entries: start) * UInt64(Layout.hashBytes))
    }
    guard let size = try size(of: .log(head.id, file)) else {
      if case .bodies = file, expected == 0 { return nil }
      return Gap(length: 0, problem: .missing)
    }
    return size < expected ? Gap(length: size, problem: .tooShort) : nil
  }

  private mutating func note(_ gap: Gap, _ file: LogFile, _ id: LogID) {
    let found = Damage(file: .log(id, file), gap.problem)
    // One report a file: the survey's, if there are two.
    guard gaps[id]?[file] == nil else { return }
    gaps[id, default: [:]][file] = gap.length
    report(found)
  }
}

extension HeadRecord {
  var files: [LogFile] { LogFile.fixed + [.bodies(segment)] }
}
