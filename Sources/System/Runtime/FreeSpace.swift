internal import Glibc

extension FileSystem {
  /// Bytes that the file system of `path` has free for this process; nil if it does not say.
  public static func freeBytes(of path: String) -> UInt64? {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0 else { return nil }
    let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(
      by: UInt64(status.f_frsize))
    return overflow ? nil : bytes
  }
}
