internal import Glibc

/// An input that a command line names, to be read from its beginning: a file, a pipe, a terminal,
/// or standard input.
public final class InputFile {
  /// True when it can be read again, since reading does not use up its bytes.
  public private(set) var isRewindable: Bool
  private let descriptor: Descriptor?
  /// Everything that a pipe gave, in memory or in a file that has no name.
  private var kept: [UInt8]?
  private var spool: Descriptor?
  /// Where it was when it was opened, and the next byte to read.
  private var start: UInt64
  private var offset: UInt64
  private let path: String

  /// - Parameter path: nil, `-` or `/dev/stdin` for standard input. The opening of a FIFO waits for
  ///   somebody who writes.
  /// - Throws: EISDIR for a folder.
  public init(path: String?) throws(SystemError) {
    let isStandard = path == nil || path == "-" || path == "/dev/stdin"
    self.path = isStandard ? "standard input" : path ?? ""
    descriptor = isStandard ? nil : try Descriptor.open(self.path)
    var status = stat()
    guard unsafe fstat(descriptor?.raw ?? STDIN_FILENO, &status) == 0 else {
      throw SystemError(number: errno, call: "stat", detail: self.path)
    }
    let kind = status.st_mode & S_IFMT
    guard kind != S_IFDIR else {
      throw SystemError(number: EISDIR, call: "read", detail: self.path)
    }
    isRewindable = kind == S_IFREG
    start = isRewindable ? UInt64(max(0, lseek(descriptor?.raw ?? STDIN_FILENO, 0, SEEK_CUR))) : 0
    offset = start
  }

  var raw: Int32 { spool?.raw ?? descriptor?.raw ?? STDIN_FILENO }

  /// The next bytes into `buffer` from `place` on; 0 at the end.
  public func read(into buffer: inout [UInt8], at place: Int) throws(SystemError) -> Int {
    if let kept {
      let first = Int(clamping: offset)
      let count = min(kept.count - first, buffer.count - place)
      buffer.replaceSubrange(place..<(place + count), with: kept[first..<(first + count)])
      offset += UInt64(count)
      return count
    }
    while true {
      let isFile = isRewindable
      let from = off_t(clamping: offset)
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        let free = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[place...])
        return isFile
          ? unsafe pread(raw, free.baseAddress, free.count, from)
          : unsafe Glibc.read(raw, free.baseAddress, free.count)
      }
      if count < 0, errno == EINTR { continue }
      // A terminal or pipe that somebody else made non-blocking.
      if count < 0, errno == EAGAIN {
        _ = waitUntilReadable(milliseconds: -1)
        continue
      }
      guard count >= 0 else { throw SystemError(number: errno, call: "read", detail: path) }
      offset += UInt64(count)
      return count
    }
  }

  /// Reads all of what can be read only once, so that it can be read again. In memory: what it
  /// holds is not for a disk.
  /// - Returns: false when it is more than `maxBytes`.
  public func keepAll(maxBytes: Int) throws(SystemError) -> Bool {
    guard !isRewindable else { return true }
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      let count = try read(into: &chunk, at: 0)
      if count == 0 { break }
      guard all.count + count <= maxBytes else { return false }
      all.append(contentsOf: chunk[..<count])
    }
    kept = all
    offset = 0
    isRewindable = true
    return true
  }

  /// Keeps all, as `keepAll` does, in a file of the temporary folder that has no name and goes with
  /// this process: for more than memory should hold.
  /// - Returns: false when it is more than `maxBytes`.
  public func spoolAll(maxBytes: Int, folder: String) throws(SystemError) -> Bool {
    guard !isRewindable else { return true }
    let file = try Descriptor.nameless(in: folder)
    var chunk = [UInt8](repeating: 0, count: 256 << 10)
    var bytes = 0
    while true {
      let count = try read(into: &chunk, at: 0)
      if count == 0 { break }
      guard bytes + count <= maxBytes else { return false }
      try file.write(chunk.span.extracting(0..<count), at: UInt64(bytes))
      bytes += count
    }
    spool = file
    start = 0
    offset = 0
    isRewindable = true
    return true
  }

  /// Begins again. Only where `isRewindable`.
  public func rewind() {
    precondition(isRewindable)
    offset = kept == nil ? start : 0
  }

  /// True when a read would not wait now, or within so many milliseconds; -1 waits for ever.
  public func waitUntilReadable(milliseconds: Int32) -> Bool {
    if isRewindable { return true }
    var asked = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
    var count = unsafe poll(&asked, 1, milliseconds)
    while count < 0, errno == EINTR, milliseconds < 0 { count = unsafe poll(&asked, 1, -1) }
    return count > 0
  }

  /// Waits until one of both can be read.
  /// - Returns: whether this one can; else the socket can.
  public func wait(orFor client: UnixClient) -> Bool {
    if isRewindable { return true }
    if client.hasMessage { return false }
    var asked = [
      pollfd(fd: raw, events: Int16(POLLIN), revents: 0),
      pollfd(fd: client.raw, events: Int16(POLLIN), revents: 0),
    ]
    while unsafe poll(&asked, 2, -1) < 0, errno == EINTR {}
    return asked[0].revents != 0
  }
}

/// Cuts an input into lines that end with LF or CRLF; the last one may be without. Holds one line,
/// and what was read with it.
public struct LineReader {
  private let input: InputFile
  private let maxLineBytes: Int
  private var buffer: [UInt8]
  /// Bytes that were read and not given yet: from `next` to `end`.
  private var next = 0
  private var end = 0
  private var isAtEnd = false
  /// The present line without its end.
  private var line = 0..<0
  /// The number of the present line, from 1; 0 before the first.
  public private(set) var number = 0
  /// All bytes of the present line, of one that is too long those that are not here too.
  public private(set) var lineBytes = 0

  /// - Parameter maxLineBytes: of a line without its end.
  public init(_ input: InputFile, maxLineBytes: Int) {
    self.input = input
    self.maxLineBytes = maxLineBytes
    buffer = [UInt8](repeating: 0, count: 2 * maxLineBytes + Limits.lineReadBytes)
  }

  /// The present line is longer than `maxLineBytes`: its bytes need not be here.
  public var isTooLong: Bool { lineBytes > maxLineBytes }

  /// True when another line is here already, so that `advance` will not wait.
  public var hasLine: Bool { isAtEnd || find(from: next) != nil }

  /// Takes the next line.
  /// - Returns: false at the end of the input.
  public mutating func advance() throws(SystemError) -> Bool {
    var searched = next
    while true {
      if let feed = find(from: searched) {
        take(next..<feed, next: feed + 1)
        return true
      }
      if isAtEnd {
        guard next < end else { return false }
        take(next..<end, next: end)
        return true
      }
      guard end - next <= maxLineBytes + 1 else { return try passOver() }
      searched = end
      searched -= try fill()
    }
  }

  /// Without its end; of a line that is too long there is nothing.
  public func copyOfLine() -> [UInt8] { Array(buffer[line]) }

  private mutating func take(_ range: Range<Int>, next following: Int) {
    number += 1
    next = following
    let hasReturn = range.last.map { buffer[$0] == 0x0d } ?? false
    line = hasReturn ? range.lowerBound..<(range.upperBound - 1) : range
    lineBytes = line.count
  }

  /// The line is too long: its rest is read and dropped, so that its length is known.
  private mutating func passOver() throws(SystemError) -> Bool {
    var bytes = 0
    while true {
      if let feed = find(from: next) {
        bytes += feed - next
        take(next..<next, next: feed + 1)
        break
      }
      bytes += end - next
      next = end
      if isAtEnd {
        take(next..<next, next: next)
        break
      }
      _ = try fill()
    }
    lineBytes = bytes
    return true
  }

  /// Reads more behind what is here.
  /// - Returns: by how much that moved towards the beginning.
  private mutating func fill() throws(SystemError) -> Int {
    let moved = next
    if next > 0 {
      buffer.replaceSubrange(0..<(end - next), with: Array(buffer[next..<end]))
      end -= next
      next = 0
    }
    let count = try input.read(into: &buffer, at: end)
    if count == 0 { isAtEnd = true }
    end += count
    return moved
  }

  private func find(from start: Int) -> Int? {
    guard start < end else { return nil }
    return unsafe buffer.withUnsafeBytes { bytes in
      let first = unsafe bytes.baseAddress! + start
      return unsafe memchr(first, 0x0a, end - start).map {
        unsafe start + (UnsafeRawPointer($0) - first)
      }
    }
  }
}
