import Foundation
import Log
import Testing

@testable import Runtime
@testable import Store

@Suite struct FileTests {
  @Test func atomicWriteReplacesWholeAndLeavesNoDraft() throws {
    let folder = TemporaryFolder()
    let path = folder.file("node.card")
    try FileSystem.atomicWrite(path, pattern(10_000), mode: 0o644)
    try FileSystem.atomicWrite(path, Array("short".utf8), mode: 0o600)
    #expect(try FileSystem.read(path, maxBytes: 5) == Array("short".utf8))
    #expect(try FileSystem.status(path)?.permissions == 0o600)
    #expect(try FileSystem.list(folder.path) == ["node.card"])
    #expect(throws: SystemError.self) { try FileSystem.read(path, maxBytes: 4) }
    #expect(throws: SystemError.self) {
      try FileSystem.atomicWrite(folder.file("missing/file"), [1])
    }
  }

  @Test func foldersAndNames() throws {
    let folder = TemporaryFolder()
    try FileSystem.makeFolder(folder.file("a/b/c"))
    try FileSystem.makeFolder(folder.file("a/b/c"))
    #expect(try FileSystem.status(folder.file("a/b"))?.permissions == 0o700)
    #expect(try FileSystem.list(folder.file("none")) == [])
    #expect(FileSystem.split("/a/b") == ("/a", "b"))
    #expect(FileSystem.split("/a") == ("/", "a"))
    #expect(FileSystem.split("a") == (".", "a"))
    #expect(FileSystem.split("a/b/") == ("a", "b"))
  }

  @Test func lockRefusesASecondProcess() throws {
    let folder = TemporaryFolder()
    let path = folder.file("lock")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
    process.arguments = [path, "sh", "-c", "echo locked; read line"]
    let output = Pipe()
    let input = Pipe()
    process.standardOutput = output
    process.standardInput = input
    try process.run()
    #expect(output.fileHandleForReading.availableData == Data("locked\n".utf8))
    #expect(throws: LockError.held(path: path, processID: nil)) { try LockFile(path) }
    try input.fileHandleForWriting.close()
    process.waitUntilExit()

    let lock = try LockFile(path)
    #expect(throws: LockError.held(path: path, processID: Int(Environment.processID))) {
      try LockFile(path)
    }
    // The other way round holds, too: the lock is one that other programs respect.
    let second = Process()
    second.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
    second.arguments = ["--nonblock", path, "true"]
    try second.run()
    second.waitUntilExit()
    #expect(second.terminationStatus == 1)
    withExtendedLifetime(lock) {}
  }

  @Test func secretsGoStraightIntoTheCallersMemory() throws {
    let folder = TemporaryFolder()
    let path = folder.file("node.key")
    try GuardedFile.write(path, pattern(160).span)
    let file = try GuardedFile(path, maxBytes: 160)
    var memory = [UInt8](repeating: 0, count: file.bytes)
    var span = memory.mutableSpan
    try file.read(into: &span)
    #expect(memory == pattern(160))
    let refusals: [(path: String, mode: UInt32, maxBytes: Int)] = [
      (path, 0o640, 160), (path, 0o600, 159),
    ]
    for refusal in refusals {
      try FileSystem.atomicWrite(path, pattern(160), mode: refusal.mode)
      let isRefused: Bool
      do throws(SystemError) {
        _ = try GuardedFile(refusal.path, maxBytes: refusal.maxBytes)
        isRefused = false
      } catch {
        isRefused = true
      }
      #expect(isRefused)
    }
  }
}

@Suite struct FileDiskTests {
  @Test func operations() throws {
    let folder = TemporaryFolder()
    let disk = try FileDisk(folder: folder.path)
    let file = StoreFile.journal(0)
    #expect(try disk.size(of: file) == nil)
    #expect(throws: DiskError.notFound) { try disk.read(file, at: 0, count: 1) }
    #expect(throws: DiskError.notFound) {
      try disk.execute(.write(file, offset: 0, bytes: [1]))
    }
    #expect(try disk.list(.logs) == [])
    try disk.execute(.createFolder(.logs))
    try disk.execute(.createFolder(.logs))
    try disk.execute(.syncFolder(.root))
    try disk.execute(.create(file))
    try disk.execute(.preallocate(file, bytes: 1 << 20))
    #expect(try disk.size(of: file) == 1 << 20)
    try disk.execute(.write(file, offset: 100_000, bytes: pattern(300_000)))
    try disk.execute(.create(file))
    #expect(try disk.read(file, at: 100_000, count: 300_000) == pattern(300_000))
    #expect(try disk.read(file, at: (1 << 20) - 3, count: 10) == [0, 0, 0])
    #expect(try disk.read(file, at: 1 << 21, count: 10) == [])

    let before = try #require(try FileSystem.status(folder.file(file.path))?.allocatedBytes)
    try disk.execute(.punchHole(file, offset: 0, bytes: 1 << 20))
    #expect(try disk.read(file, at: 100_000, count: 1_000) == Array(repeating: 0, count: 1_000))
    #expect(try disk.size(of: file) == 1 << 20)
    let after = try #require(try FileSystem.status(folder.file(file.path))?.allocatedBytes)
    #expect(after < before)

    try disk.execute(.truncate(file, bytes: 10))
    try disk.execute(.sync(file))
    #expect(try disk.size(of: file) == 10)
    try disk.execute(.create(.formatDraft))
    try disk.execute(.write(.formatDraft, offset: 0, bytes: [5]))
    try disk.execute(.rename(from: .formatDraft, to: .format))
    #expect(try disk.read(.format, at: 0, count: 5) == [5])
    #expect(throws: DiskError.notFound) { try disk.read(.formatDraft, at: 0, count: 5) }
    try disk.execute(.remove(.format))
    try disk.execute(.remove(.format))
    #expect(try disk.list(.root).sorted() == ["journal.0", "logs"])
  }

  @Test func keepsFewFilesOpen() throws {
    let folder = TemporaryFolder()
    let disk = try FileDisk(folder: folder.path, openFiles: 3)
    for number in 0..<20 {
      try disk.execute(.create(.journal(number)))
      try disk.execute(.write(.journal(number), offset: 0, bytes: [UInt8(number)]))
    }
    #expect(disk.openFiles == 3)
    for number in 0..<20 {
      #expect(try disk.read(.journal(number), at: 0, count: 1) == [UInt8(number)])
    }
    #expect(disk.openFiles == 3)
  }

  /// Every access drops the other side's descriptor, while it may be in use, when there is room for
  /// one.
  @Test func readersAndTheWriterShareDescriptors() throws {
    let folder = TemporaryFolder()
    let disk = try FileDisk(folder: folder.path, openFiles: 1)
    for number in 0..<4 {
      try disk.execute(.create(.journal(number)))
      try disk.execute(.write(.journal(number), offset: 0, bytes: [UInt8(number)]))
    }
    let failures = Monitor(0)
    let threads = try (0..<3).map { start in
      try SystemThread(name: "reader") {
        for step in 0..<2_000 {
          let number = (start + step) % 4
          let isWriter = start == 0
          if isWriter {
            try? disk.execute(.write(.journal(number), offset: 0, bytes: [UInt8(number)]))
          }
          let found = try? disk.read(.journal(number), at: 0, count: 1)
          if found != [UInt8(number)] { failures.withLock { $0 += 1 } }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(failures.withLock { $0 } == 0)
  }

  @Test func afterAFailedSyncNothingIsWritten() throws {
    let folder = TemporaryFolder()
    let disk = try FileDisk(folder: folder.path)
    try disk.execute(.create(.format))
    // A folder that is not there cannot be synced.
    #expect(throws: DiskError.notFound) { try disk.execute(.syncFolder(.logs)) }
    #expect(throws: DiskError.notFound) {
      try disk.execute(.write(.format, offset: 0, bytes: [1]))
    }
    #expect(try disk.read(.format, at: 0, count: 1) == [])
  }
}
