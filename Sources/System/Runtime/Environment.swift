internal import CLinux
internal import Glibc
internal import Text

/// The process's environment.
public enum Environment {
  /// Read at start-up, before other threads are there that could change it.
  public static func value(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe PathText.string(of: value)
  }

  /// This process's; the lock file tells it to others.
  public static var processID: Int32 { getpid() }
  /// The machine's name for itself.
  public static var hostName: String {
    var bytes = [UInt8](repeating: 0, count: 256)
    let isKnown = unsafe bytes.withUnsafeMutableBytes { buffer in
      guard let name = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self) else {
        return false
      }
      return unsafe gethostname(name, buffer.count - 1) == 0
    }
    guard isKnown else { return "this machine" }
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
  /// The effective one: by it the kernel decides.
  public static var userID: UInt32 { geteuid() }

  /// The name of a user of this machine; `#1000` where it has none.
  public static func userName(_ id: UInt32) -> String {
    var buffer = [CChar](repeating: 0, count: 4_096)
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    let count = buffer.count
    guard unsafe getpwuid_r(id, &entry, &buffer, count, &found) == 0, unsafe found != nil,
      let name = unsafe entry.pw_name
    else { return "#\(id)" }
    return unsafe String(cString: name)
  }

  /// The number of a group.
  /// - Throws: ENOENT where there is none of that name.
  public static func groupID(named name: String) throws(SystemError) -> UInt32 {
    UInt32(
      truncatingIfNeeded: try check(
        unsafe liaison_group_id(PathText.zeroTerminated(name)), "getgrnam", name))
  }

  /// Raises the limit of open descriptors as far as this process may, at most to
  /// `Limits.descriptors`.
  /// - Returns: how many descriptors it may have.
  public static func raiseDescriptorLimit() throws(SystemError) -> Int {
    Int(try check(liaison_raise_descriptors(Limits.descriptors), "setrlimit"))
  }

  /// Ends the process, without what would run at its end.
  public static func exit(_ status: Int32) -> Never { _exit(status) }

  /// Buffers that come and go stay with the process: `Limits.keptFreeBytes`. Called once, early.
  public static func keepFreedMemory() {
    liaison_keep_memory(Limits.mappedBlockBytes, Limits.keptFreeBytes)
  }
}
