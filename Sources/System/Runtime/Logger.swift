internal import CLinux
internal import Glibc
internal import Text

/// How grave an event is: syslog's numbers.
public enum LogLevel: Int, Sendable, Comparable {
  case error = 3
  case warning = 4
  case notice = 5
  case info = 6
  case debug = 7

  /// The graver is the less, as in syslog.
  public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }

  var name: String {
    switch self {
    case .error: "error"
    case .warning: "warning"
    case .notice: "notice"
    case .info: "info"
    case .debug: "debug"
    }
  }
}

/// Log lines on standard error, one an event: `<6>message` when standard error is systemd's
/// journal, else `2026-01-02T03:04:05.678Z info message`. Any thread. It never blocks: lines that a
/// reader does not take are dropped and counted, and the count is the next line.
public final class Logger: Sendable {
  /// Less grave lines are left out.
  public let threshold: LogLevel
  private let isJournal: Bool
  private let descriptor: Int32
  private let clock = SystemClock()
  private let dropped = Monitor<UInt64>(0)

  /// To standard error, in the journal's form where that is what it is connected to.
  public convenience init(threshold: LogLevel = .info) {
    self.init(
      threshold: threshold, descriptor: STDERR_FILENO,
      journalStream: Environment.value("JOURNAL_STREAM"))
  }

  init(threshold: LogLevel, descriptor: Int32, journalStream: String?) {
    self.threshold = threshold
    self.descriptor = descriptor
    isJournal = journalStream.map { Self.isStream($0, descriptor) } ?? false
  }

  /// For what an operator has to look at now.
  public func error(_ message: @autoclosure () -> String) { log(.error, message()) }
  /// For what goes on, and will want somebody.
  public func warning(_ message: @autoclosure () -> String) { log(.warning, message()) }
  /// For what happens seldom and is right: a start, a new peer, an epoch.
  public func notice(_ message: @autoclosure () -> String) { log(.notice, message()) }
  /// For the usual course of things.
  public func info(_ message: @autoclosure () -> String) { log(.info, message()) }
  /// Left out unless the configuration asks for it.
  public func debug(_ message: @autoclosure () -> String) { log(.debug, message()) }

  /// - Parameter message: not evaluated below `threshold`. Control characters are made printable,
  ///   and what is beyond `Limits.logLineBytes` is cut off.
  public func log(_ level: LogLevel, _ message: @autoclosure () -> String) {
    guard level <= threshold else { return }
    let now = clock.wallMilliseconds
    let line = Self.line(level, message(), isJournal: isJournal, wallMilliseconds: now)
    dropped.withLock { dropped in
      if dropped > 0 {
        let notice = Self.line(
          .warning, "\(dropped) log lines were dropped", isJournal: isJournal,
          wallMilliseconds: now)
        if write(notice) { dropped = 0 }
      }
      if dropped > 0 || !write(line) { dropped += 1 }
    }
  }

  /// The line's bytes with its line feed, at most `Limits.logLineBytes`.
  static func line(
    _ level: LogLevel, _ message: String, isJournal: Bool, wallMilliseconds: UInt64
  ) -> [UInt8] {
    let prefix =
      isJournal
      ? "<\(level.rawValue)>" : "\(UTCTime.text(milliseconds: wallMilliseconds)) \(level.name) "
    var line = Array(prefix.utf8)
    let text = message.printable.utf8
    let room = max(0, Limits.logLineBytes - line.count - 1)
    if text.count <= room {
      line.append(contentsOf: text)
    } else {
      // Not in the middle of a character.
      var kept = Array(text.prefix(max(0, room - 3)))
      while String(validating: kept, as: UTF8.self) == nil { kept.removeLast() }
      line.append(contentsOf: kept)
      line.append(contentsOf: "…".utf8)
    }
    line.append(UInt8(ascii: "\n"))
    return line
  }

  /// One write of at most PIPE_BUF bytes; a pipe that poll calls writable takes it whole.
  private func write(_ line: [UInt8]) -> Bool {
    guard liaison_is_writable(descriptor) == 1 else { return false }
    return unsafe liaison_write(descriptor, line, line.count) == Int64(line.count)
  }

  /// JOURNAL_STREAM is `device:inode` of what the service manager connected; standard error may be
  /// another by now.
  private static func isStream(_ text: String, _ descriptor: Int32) -> Bool {
    var status = liaison_file_status()
    guard unsafe liaison_fstat(descriptor, &status) == 0 else { return false }
    return text == "\(status.device):\(status.inode)"
  }
}
