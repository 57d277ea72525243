internal import CLinux
internal import Glibc

/// The process's environment.
public enum Environment {
  /// Read at start-up, before other threads are there that could change it.
  public static func value(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  public static var processID: Int32 { getpid() }
  public static var userID: UInt32 { geteuid() }

  /// Buffers that come and go stay with the process: `Limits.keptFreeBytes`. Called once, early.
  public static func keepFreedMemory() {
    liaison_keep_memory(Limits.mappedBlockBytes, Limits.keptFreeBytes)
  }
}
