import Glibc

/// A failure while measuring, in words.
struct BenchError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A file written with the bare system calls: what the store is measured against.
final class BareFile {
  private let descriptor: Int32

  /// - Parameter preallocatedBytes: written with zeros and synced, so that later syncs change no
  ///   metadata.
  init(_ path: String, preallocatedBytes: Int = 0) throws {
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw BenchError("\(path): errno \(errno)") }
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    var offset = 0
    while offset < preallocatedBytes {
      try write(zeros, at: offset)
      offset += zeros.count
    }
    try sync()
  }

  deinit { close(descriptor) }

  func write(_ bytes: [UInt8], at offset: Int) throws {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe pwrite(descriptor, $0.baseAddress! + done, $0.count - done, off_t(offset + done))
      }
      guard count > 0 else { throw BenchError("pwrite: errno \(errno)") }
      done += count
    }
  }

  func sync() throws {
    guard fdatasync(descriptor) == 0 else { throw BenchError("fdatasync: errno \(errno)") }
  }
}
