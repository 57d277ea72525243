import Dispatch
import Foundation

/// Ends the daemons and removes the folders of a run that is interrupted.
final class Interruption: @unchecked Sendable {
  static let shared = Interruption()

  // Sendable: `processes` and `folders` are only used under the lock; `sources` is set once,
  // before any thread.
  private let lock = NSLock()
  private var processes: Set<Int32> = []
  private var folders: Set<URL> = []
  private var sources: [any DispatchSourceSignal] = []

  /// SIGINT and SIGTERM from here on end what was started, remove what was made, and exit.
  func watch() {
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [self] in
        lock.withLock {
          for process in processes { kill(process, SIGKILL) }
          for folder in folders { try? FileManager.default.removeItem(at: folder) }
        }
        exit(128 + number)
      }
      source.resume()
      sources.append(source)
    }
  }

  func add(process: Int32) { lock.withLock { _ = processes.insert(process) } }
  /// To be called before its number can belong to another process.
  func remove(process: Int32) { lock.withLock { _ = processes.remove(process) } }
  func add(folder: URL) { lock.withLock { _ = folders.insert(folder) } }
}
