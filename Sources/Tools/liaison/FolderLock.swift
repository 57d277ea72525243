import CommandLine
import Node
import Runtime

extension Arguments {
  /// The data folder, for this process alone, which only reads. Nil where no daemon ever ran.
  /// - Parameter hint: what else can be done while a daemon has it.
  func lockFolder(hint: String) throws(Failure) -> LockFile? {
    do throws(LockError) {
      return try LockFile.ofReader(folder.lock)
    } catch {
      switch error {
      case .system(let error): throw Failure(input: error)
      case .held: throw Failure(.temporaryFailure, "\(error).", hint: hint)
      }
    }
  }
}
