import Foundation
import Testing

@testable import Runtime

/// A folder that goes with the value.
final class TemporaryFolder {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "liaison-runtime-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }
}

extension EventLoop {
  /// Turns until the condition holds; false after ten seconds without it.
  func turn(until condition: () -> Bool) throws -> Bool {
    let end = clock.monotonicMilliseconds + 10_000
    while !condition() {
      guard clock.monotonicMilliseconds < end else { return false }
      try turn(waitingAtMost: 50)
    }
    return true
  }
}

/// A value that closures of a test collect in; one thread only.
final class Box<Value> {
  var value: Value
  init(_ value: Value) { self.value = value }
}

func append(_ span: Span<UInt8>, to box: Box<[UInt8]>) {
  for index in span.indices { box.value.append(span[index]) }
}

/// Bytes without a short period, so that a lost or doubled piece shows.
func pattern(_ count: Int) -> [UInt8] {
  var state: UInt32 = 1
  return (0..<count).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return UInt8(truncatingIfNeeded: state >> 24)
  }
}

func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }

extension TCPConnector {
  /// Looks a text up and connects to its first address.
  static func connect(
    loop: EventLoop, to address: String, timeoutMilliseconds: UInt64,
    completion: @escaping (Result<Connection, SystemError>) -> Void
  ) {
    NameService.addresses(of: address, on: loop) { found in
      do throws(SystemError) {
        connect(
          loop: loop, to: try found.get()[0], timeoutMilliseconds: timeoutMilliseconds,
          completion: completion)
      } catch {
        completion(.failure(error))
      }
    }
  }
}
