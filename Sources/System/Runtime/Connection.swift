/// Why a connection ended.
public enum CloseReason: Hashable, Sendable, CustomStringConvertible {
  /// The other side closed, or ended its direction of the stream.
  case endOfStream
  /// `close`, or `finish` when all output had left.
  case here
  /// The other side did not read: `outputLimitBytes` was passed.
  case outputLimit
  /// `finish` waited and the other side did not read what was left.
  case finishTimeout
  case failed(SystemError)

  /// A clause for status and log lines, without a full stop.
  public var description: String {
    switch self {
    case .endOfStream: "closed by the other side"
    case .here: "closed here"
    case .outputLimit: "the other side does not read"
    case .finishTimeout: "the other side did not read the last answer in time"
    case .failed(let error): "\(error)"
    }
  }
}

/// A connected stream socket, TCP or Unix, on a loop. Only the loop's thread touches it.
///
/// Output is collected and leaves at the end of the round, in as few calls as the kernel allows;
/// callbacks never come from inside `write`, `finish` or `close`. The loop keeps it alive until it
/// is closed.
public final class Connection: EventHandler {
  /// Never reused on this loop.
  public let id: UInt64
  /// `127.0.0.1:4747`, `[::1]:4747`, or `unix`.
  public let peerAddress: String
  /// The other end's host in network order: 4 bytes, 16 for IPv6, none for a Unix socket.
  public let peerHostBytes: [UInt8]
  /// The user id at the other end of a Unix socket; nil for TCP.
  public let peerUserID: UInt32?

  /// True when the process at the other end of a Unix socket had the group as it connected.
  public func peerHasGroup(_ group: UInt32) -> Bool { descriptor?.peerHasGroup(group) == true }

  /// Bytes that came. The span is the loop's buffer and gone after the call.
  public var onReadable: ((Connection, Span<UInt8>) -> Void)?
  /// Called once, from the loop, whoever closed; then all callbacks are let go.
  public var onClosed: ((Connection, CloseReason) -> Void)?
  /// Output has fallen to `outputLowWaterBytes` after it was above.
  public var onDrained: ((Connection) -> Void)?

  /// More output than this closes the connection with `.outputLimit`: a bound on memory for one
  /// that does not read.
  public var outputLimitBytes = Limits.outputLimitBytes
  /// Output that was above this and has fallen to it makes `onDrained` come.
  public var outputLowWaterBytes = Limits.outputLowWaterBytes

  /// All bytes so far, of the stream itself.
  public private(set) var receivedBytes: UInt64 = 0
  /// Bytes that the kernel has taken so far.
  public internal(set) var sentBytes: UInt64 = 0

  unowned let loop: EventLoop
  var descriptor: Descriptor?
  var closeReason: CloseReason?
  var output: [UInt8] = []
  /// The bytes of `output` that the kernel has taken.
  var outputStart = 0
  var awaitsDrain = false
  var isFlushPlanned = false
  var isFinishing = false
  var finishTimer: TimerID?

  private var isReading = true
  private var wantsWriting = false
  /// Not watched at all: the other side hung up while reading is paused, which epoll would report
  /// for ever.
  private var isDetached = false

  init(loop: EventLoop, descriptor: Descriptor) throws(SystemError) {
    let peer = try SocketAddress(of: descriptor, isPeer: true)
    self.loop = loop
    self.descriptor = descriptor
    id = loop.nextID()
    peerAddress = peer.description
    peerHostBytes = peer.hostBytes
    if peer.family == unixFamily {
      peerUserID = descriptor.peerUserID
    } else {
      peerUserID = nil
      descriptor.setNoDelay()
    }
    try loop.add(self, descriptor, id: id, reading: true, writing: false)
  }

  /// False from the call that closes it; `onClosed` comes later in the round.
  public var isOpen: Bool { descriptor != nil }

  /// Stops `onReadable`; the kernel's buffer fills up and holds the sender back.
  public func pauseReading() {
    guard isReading else { return }
    isReading = false
    updateInterest()
  }

  /// Not while it finishes: then nothing more is read.
  public func resumeReading() {
    guard !isReading, !isFinishing else { return }
    isReading = true
    if isDetached, let descriptor {
      isDetached = false
      do throws(SystemError) {
        try loop.add(self, descriptor, id: id, reading: true, writing: wantsWriting)
      } catch {
        end(.failed(error))
      }
    } else {
      updateInterest()
    }
  }

  /// Closes now; output that has not left is lost. Nothing more is read.
  public func close() { end(.here) }

  /// Closes when all output has left, at the latest after `withinMilliseconds`. Nothing more is
  /// read.
  public func finish(withinMilliseconds: UInt64 = Limits.finishMilliseconds) {
    guard isOpen, !isFinishing else { return }
    isFinishing = true
    pauseReading()
    planFlush()
    finishTimer = loop.schedule(afterMilliseconds: withinMilliseconds) { [weak self] in
      self?.end(.finishTimeout)
    }
  }

  // MARK: from the loop

  func handle(_ readiness: Readiness) {
    if readiness.isWritable { flush() }
    guard readiness.isReadable || readiness.isHangUp, isOpen else { return }
    if isReading {
      readOnce()
    } else if readiness.isHangUp {
      hangUpWhilePaused()
    }
  }

  /// One `recv` an event: what is left makes the next event, after the other connections had
  /// theirs.
  private func readOnce() {
    guard let descriptor, let onReadable else { return pauseReading() }
    do throws(SystemError) {
      guard let count = try descriptor.receive(into: &loop.readBuffer.bytes) else { return }
      guard count > 0 else { return end(.endOfStream) }
      receivedBytes += UInt64(count)
      let bytes = loop.readBuffer.bytes
      onReadable(self, bytes.span.extracting(0..<count))
    } catch {
      end(.failed(error))
    }
  }

  private func hangUpWhilePaused() {
    guard let descriptor else { return }
    if isFinishing { return end(.endOfStream) }
    isDetached = true
    loop.remove(descriptor, id: id)
  }

  func setWantsWriting(_ wants: Bool) {
    guard wants != wantsWriting else { return }
    wantsWriting = wants
    updateInterest()
  }

  private func updateInterest() {
    guard let descriptor, !isDetached else { return }
    do throws(SystemError) {
      try loop.change(descriptor, id: id, reading: isReading, writing: wantsWriting)
    } catch {
      end(.failed(error))
    }
  }

  /// Gives the socket back now and tells the owner later in the round.
  func end(_ reason: CloseReason) {
    guard let descriptor else { return }
    if let finishTimer { loop.cancel(finishTimer) }
    if !isDetached { loop.remove(descriptor, id: id) }
    self.descriptor = nil
    closeReason = reason
    output = []
    outputStart = 0
    loop.didClose(self)
  }

  func reportClosed() {
    let report = onClosed
    onReadable = nil
    onClosed = nil
    onDrained = nil
    if let closeReason { report?(self, closeReason) }
  }
}
