internal import CLinux
internal import Glibc

/// Why a lock was not taken.
public enum LockError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Another process has it; its id as it wrote it into the file, if it could be read.
  case held(path: String, processID: Int?)
  case system(SystemError)

  /// A clause without a full stop, with the path.
  public var description: String {
    switch self {
    case .held(let path, let processID?): "\(path) is locked by process \(processID)"
    case .held(let path, nil): "\(path) is locked by another process"
    case .system(let error): "\(error)"
    }
  }
}

/// A data folder's lock against a second process: flock on an open file, so that the kernel lets go
/// of it however the process ends. Held until the value is gone. The file stays; removing it would
/// let two processes lock two files of one name.
public final class LockFile {
  private let file: Descriptor

  /// Makes the file, mode 0600, where it is missing, and writes this process's id into it.
  /// - Throws: `.held` at once when another process has it.
  public convenience init(_ path: String) throws(LockError) {
    let file: Descriptor
    do throws(SystemError) {
      let folder = try Descriptor.open(FileSystem.parent(path), .folder)
      file = try Descriptor.regular(path, named: path) { () throws(SystemError) in
        try Descriptor.openOrMake(
          path, mode: 0o600, owner: try FileOwner.inherited(from: folder))
      }
    } catch {
      throw .system(error)
    }
    try self.init(file, path, isWritable: true)
  }

  /// For who only reads: no lock is made where there is none, and one on a medium that cannot be
  /// written is taken too.
  /// - Returns: nil when there is no lock file: no daemon ever ran there.
  public static func ofReader(_ path: String) throws(LockError) -> LockFile? {
    var flags: OpenFlags = [.writing, .notThroughLink, .notBlocking]
    while true {
      let file: Descriptor
      do throws(SystemError) {
        file = try Descriptor.regular(path, named: path) { () throws(SystemError) in
          try Descriptor.open(path, flags)
        }
      } catch {
        if error.isNotFound { return nil }
        guard error.isReadOnly || error.isPermission, flags.contains(.writing) else {
          throw .system(error)
        }
        flags.remove(.writing)
        continue
      }
      return try LockFile(file, path, isWritable: flags.contains(.writing))
    }
  }

  private init(_ file: Descriptor, _ path: String, isWritable: Bool) throws(LockError) {
    self.file = file
    do throws(SystemError) {
      if try file.lockExclusively() {
        guard isWritable else { return }
        try file.truncate(toBytes: 0)
        try file.write(Array("\(getpid())\n".utf8).span, at: 0)
        return
      }
    } catch {
      throw .system(error)
    }
    let digits = ((try? file.read(at: 0, count: 20)) ?? []).prefix { $0 != UInt8(ascii: "\n") }
    throw .held(path: path, processID: Int(String(decoding: digits, as: UTF8.self)))
  }
}
