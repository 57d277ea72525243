internal import CLinux
internal import Glibc

/// A call that failed because descriptors or memory are short at the moment, or that a signal
/// interrupted. Nothing is wrong with the file: such a call is made again, and never taken for
/// damage.
enum Shortage {
  /// - Parameter result: a shim call's, negated errno or not.
  static func isPassing(_ result: Int64) -> Bool {
    switch -result {
    case Int64(EMFILE), Int64(ENFILE), Int64(ENOMEM), Int64(EAGAIN), Int64(EINTR), Int64(ENOBUFS):
      true
    default: false
    }
  }

  static func pause() { liaison_pause(Limits.shortagePauseMilliseconds) }

  /// Calls `body` until it meets no shortage.
  /// - Parameter pauses: how often it waits; nil: for as long as the shortage lasts. (A loop that
  ///   waits so long is ended by the service manager, which gives everything back.)
  static func waited<Result>(
    atMost pauses: Int? = nil, _ body: () throws(SystemError) -> Result
  ) throws(SystemError) -> Result {
    var left = pauses ?? .max
    while true {
      do throws(SystemError) {
        return try body()
      } catch {
        guard error.isShortage, left > 0 else { throw error }
        left -= 1
        pause()
      }
    }
  }
}
