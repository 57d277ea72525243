/// The output: one contiguous buffer, sent from its start and cleared when it is empty.
extension Connection {
  /// Bytes written here that the kernel has not taken.
  public var bufferedOutputBytes: Int { output.count - outputStart }

  /// Adds to the output. Ignored after the end; `onClosed` tells of it.
  public func write(_ bytes: [UInt8]) {
    write { (output: inout [UInt8]) in output.append(contentsOf: bytes) }
  }

  /// Adds to the output in place: `body` may only append. Bytes that it appends after the end are
  /// dropped.
  public func write<Failure>(
    _ body: (inout [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    guard isOpen, !isFinishing else {
      var dropped: [UInt8] = []
      return try body(&dropped)
    }
    compact()
    defer { didAppend() }
    try body(&output)
  }

  private func didAppend() {
    if bufferedOutputBytes > Limits.eagerFlushBytes { sendNow() }
    if bufferedOutputBytes > outputLimitBytes { return end(.outputLimit) }
    if bufferedOutputBytes > outputLowWaterBytes { awaitsDrain = true }
    if bufferedOutputBytes > 0 { planFlush() }
  }

  /// Moves what is left to the start once the sent part is the larger one: each byte is moved at
  /// most once on average.
  private func compact() {
    guard outputStart > 0, outputStart >= output.count - outputStart else { return }
    output.removeSubrange(0..<outputStart)
    outputStart = 0
  }

  func planFlush() {
    guard !isFlushPlanned else { return }
    isFlushPlanned = true
    loop.needsFlush(self)
  }

  func flushAtEndOfRound() {
    isFlushPlanned = false
    flush()
  }

  /// Sends what the kernel takes, then tells the owner if there is room again.
  func flush() {
    guard isOpen else { return }
    sendNow()
    guard isOpen else { return }
    if bufferedOutputBytes == 0, isFinishing {
      descriptor?.shutdownWriting()
      return end(.here)
    }
    if awaitsDrain, bufferedOutputBytes <= outputLowWaterBytes {
      awaitsDrain = false
      onDrained?(self)
    }
  }

  /// Gives the kernel what it takes now, without waiting for the end of the round.
  public func sendNow() {
    guard let descriptor else { return }
    do throws(SystemError) {
      while outputStart < output.count {
        guard let count = try descriptor.send(output, from: outputStart) else { break }
        outputStart += count
        sentBytes += UInt64(count)
      }
    } catch {
      return end(.failed(error))
    }
    if outputStart == output.count {
      outputStart = 0
      if output.capacity > Limits.keptOutputCapacityBytes {
        output = []
      } else {
        output.removeAll(keepingCapacity: true)
      }
    }
    setWantsWriting(outputStart < output.count)
  }
}
