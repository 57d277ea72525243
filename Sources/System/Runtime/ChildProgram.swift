internal import CLinux
internal import Glibc
internal import Text

/// A program that is started, given its input, and waited for.
public struct ChildProgram: Sendable {
  /// How a run ended.
  public enum End: Hashable, Sendable {
    case exited(Int32)
    case signalled(Int32)
    /// It took longer than it may, and was ended.
    case overran
    case notStarted(SystemError)
  }

  /// Between the signal that asks it to end and the one that cannot be refused.
  private static let endMilliseconds: UInt64 = 5_000
  /// The number that `liaison_wait_program` adds to that of a signal.
  private static let signalled: Int64 = 256

  private let arguments: [CChar]
  private let name: String

  /// - Parameters:
  ///   - path: of the program; nothing is searched for, and no shell is between.
  ///   - arguments: the words behind it.
  public init(path: String, arguments: [String]) {
    name = path
    self.arguments = ([path] + arguments).flatMap(PathText.zeroTerminated)
  }

  /// Runs it to its end.
  /// - Parameters:
  ///   - input: all that its standard input gives. It lies in memory, so that a program that reads
  ///     nothing is no trouble.
  ///   - environment: variables that it gets beside those of this process.
  public func run(
    input: [UInt8], environment: [(name: String, value: String)], limitMilliseconds: UInt64
  ) -> End {
    do throws(SystemError) {
      let file = Descriptor(owning: try check(liaison_memory_file(), "memfd_create"))
      try file.write(input.span, at: 0)
      let variables = environment.flatMap { PathText.zeroTerminated("\($0.name)=\($0.value)") }
      let process = try check(
        unsafe liaison_start_program(
          arguments, arguments.count, variables, variables.count, file.raw), "execve", name)
      return try wait(for: process, limitMilliseconds: limitMilliseconds)
    } catch {
      return .notStarted(error)
    }
  }

  private func wait(
    for process: Int64, limitMilliseconds: UInt64
  ) throws(SystemError) -> End {
    let status = liaison_wait_program(process, limitMilliseconds)
    if status != -Int64(ETIMEDOUT) { return try end(status) }
    _ = liaison_signal_program(process, SIGTERM)
    let ended = liaison_wait_program(process, ChildProgram.endMilliseconds)
    // Others of its group may be there still, also when it is gone itself.
    _ = liaison_signal_program(process, SIGKILL)
    if ended == -Int64(ETIMEDOUT) {
      try check(liaison_wait_program(process, ChildProgram.endMilliseconds), "waitpid", name)
    }
    return .overran
  }

  private func end(_ status: Int64) throws(SystemError) -> End {
    let status = try check(status, "waitpid", name)
    return status < ChildProgram.signalled
      ? .exited(Int32(status)) : .signalled(Int32(status - ChildProgram.signalled))
  }
}
