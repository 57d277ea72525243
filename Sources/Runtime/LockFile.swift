internal import CLinux
internal import Glibc

/// Why a lock was not taken.
public enum LockError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Another process has it; its id as it wrote it into the file, if it could be read.
  case held(path: String, processID: Int?)
  case system(SystemError)

  public var description: String {
    switch self {
    case .held(let path, let processID?): "\(path) is locked by process \(processID)"
    case .held(let path, nil): "\(path) is locked by another process"
    case .system(let error): "\(error)"
    }
  }
}

/// A data folder's lock against a second process: flock on an open file, so that the kernel lets go of it however the
/// process ends. Held until the value is gone. The file stays; removing it would let two processes lock two files of one name.
public final class LockFile {
  private let file: Descriptor

  public init(_ path: String) throws(LockError) {
    do throws(SystemError) {
      file = try Descriptor.open(path, [.writing, .creating, .notThroughLink], mode: 0o600)
      if try file.lockExclusively() {
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
