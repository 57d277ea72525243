import Foundation
import Store
import Testing
import Text

@testable import Runtime

/// Files as operators name them and leave them: pipes, links, paths of any bytes, folders of
/// others, media that are read.
@Suite struct GivenFileTests {
  @Test(
    "What the operator names is read through a link and from a pipe, and no more than is allowed")
  func pipes() throws {
    let folder = TemporaryFolder()
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data("line\n".utf8))
    try pipe.fileHandleForWriting.close()
    let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
    #expect(try FileSystem.readGiven(path, maxBytes: 5) == Array("line\n".utf8))
    try FileSystem.atomicWrite(folder.file("real"), pattern(200_000))
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: folder.file("real"))
    #expect(try FileSystem.readGiven(folder.file("link"), maxBytes: 200_000) == pattern(200_000))
    #expect(throws: SystemError.self) {
      try FileSystem.readGiven(folder.file("link"), maxBytes: 199_999)
    }
    #expect(throws: SystemError.self) { try FileSystem.readGiven(folder.path, maxBytes: 10) }
  }

  @Test("A path keeps its bytes, whatever they are, and one with a zero in it is no other path")
  func bytesOfPaths() throws {
    let folder = TemporaryFolder()
    let name = PathText.string(of: Array("caf".utf8) + [0xe9])
    try FileSystem.makeFolder(folder.file(name))
    try FileSystem.atomicWrite(folder.file(name + "/x"), [1])
    #expect(try FileSystem.list(folder.path) == [name])
    #expect(try FileSystem.read(folder.file(name + "/x"), maxBytes: 1) == [1])
    #expect(FileSystem.canonical(folder.file(name)).hasSuffix(name))
    #expect(throws: SystemError.self) {
      try FileSystem.atomicWrite(folder.file("y\0z"), [1])
    }
    #expect(try FileSystem.status(folder.file("y")) == nil)
  }

  @Test("A name that begins with a mark is inside its folder all the same")
  func inside() {
    #expect(FileSystem.isInside("/a/\u{301}b", "/a"))
    #expect(FileSystem.isInside("/a", "/a") && FileSystem.isInside("/a", "/"))
    #expect(!FileSystem.isInside("/ab", "/a") && !FileSystem.isInside("/", "/a"))
  }

  @Test("Who only reads makes no lock, and still respects one")
  func locks() throws {
    let folder = TemporaryFolder()
    #expect(try LockFile.ofReader(folder.file("lock")) == nil)
    #expect(try FileSystem.list(folder.path) == [])
    let held = try LockFile(folder.file("lock"))
    #expect(throws: LockError.self) { try LockFile.ofReader(folder.file("lock")) }
    withExtendedLifetime(held) {}
  }

  @Test("A folder that holds lost+found alone is empty")
  func mountPoint() throws {
    let folder = TemporaryFolder()
    try FileSystem.makeFolder(folder.file("lost+found"))
    #expect(try FileSystem.contents(folder.path) == [])
    #expect(try FileSystem.list(folder.path) == ["lost+found"])
  }

  /// An id that nobody has.
  private static let other: UInt32 = 65_534

  @Test("What root makes in somebody's folder is that somebody's", .enabled(if: geteuid() == 0))
  func owners() throws {
    let folder = TemporaryFolder()
    try give(folder.path, to: Self.other)
    try FileSystem.atomicWrite(folder.file("card"), [1])
    try FileSystem.makeFolder(folder.file("peers"))
    _ = try LockFile(folder.file("lock"))
    let disk = try FileDisk(folder: folder.path)
    try disk.execute(.create(.format))
    for name in ["card", "peers", "lock", "format"] {
      #expect(try FileSystem.status(folder.file(name))?.userID == Self.other, "\(name)")
    }
    // A secret that was exported there stays with who exported it.
    try FileSystem.writeNew(folder.file("keys"), [1])
    #expect(try FileSystem.status(folder.file("keys"))?.userID == 0)
    // A file that is replaced keeps its owner.
    try give(folder.file("card"), to: 0)
    try FileSystem.atomicWrite(folder.file("card"), [2])
    #expect(try FileSystem.status(folder.file("card"))?.userID == 0)
  }

  private func give(_ path: String, to user: UInt32) throws {
    try FileManager.default.setAttributes(
      [.ownerAccountID: user, .groupOwnerAccountID: user], ofItemAtPath: path)
  }
}
