import CommandLine
import JSON
import Node

/// Publishes batch after batch, with several calls under way, and prints the entries in the order
/// of the lines.
struct PublishRun {
  /// One call, from its sending until its entries are printed.
  private struct Call {
    let lines: ClosedRange<Int>
    let message: [UInt8]
    var state: State = .sent
  }

  private enum State {
    case sent
    /// The daemon had too much waiting: the same call goes out again.
    case busy
    case published([EntryRun])
    case failed
  }

  private let daemon: DaemonConnection
  private var input: RecordInput
  private let template: PublishRequest
  private let firstLine: Int
  /// Put into each record, where it is published to a group.
  private let citation: GroupCitation?
  /// `--to-line`, if it was given.
  private let toLine: Int?
  /// Calls that are not printed, in the order of their lines.
  private var calls: [Call] = []
  /// First lines of the calls that are under way, in the order of their answers.
  private var due: [Int] = []
  private var isAtEnd = false
  /// The failure that ended it; no more is sent then, and what was sent is waited for.
  private var failure: Failure?
  private var printed = 0
  private var progress = ProgressLine()

  /// - Parameters:
  ///   - template: the request without records.
  ///   - toLine: the last line that is wanted; nil: the last of the input.
  init(
    _ daemon: DaemonConnection, _ input: RecordInput, _ template: PublishRequest, toLine: Int?,
    citation: GroupCitation? = nil
  ) {
    self.citation = citation
    self.toLine = toLine
    self.daemon = daemon
    self.input = input
    self.template = template
    firstLine = input.lastLine + 1
  }

  mutating func run() throws(Failure) {
    while true {
      try fill()
      guard !due.isEmpty else { break }
      // A pipe may give the next records before the daemon answers.
      if !isAtEnd, failure == nil, due.count < ControlLimits.publishesUnderWay,
        !input.isReady, input.wait(orFor: daemon)
      {
        continue
      }
      try take()
      printEntries()
    }
    progress.clear()
    input.sayMarks()
    if let failure { throw closing(failure) }
  }

  // MARK: - Sending

  private mutating func fill() throws(Failure) {
    while failure == nil, due.count < ControlLimits.publishesUnderWay {
      if let place = calls.firstIndex(where: { if case .busy = $0.state { true } else { false } }) {
        // Others' calls fill the daemon's queue: ours waits until one of its own was answered, or a
        // moment.
        guard due.isEmpty else { return }
        daemon.rest()
        calls[place].state = .sent
        try send(calls[place])
        continue
      }
      guard !isAtEnd, calls.count < 2 * ControlLimits.publishesUnderWay else { return }
      if !due.isEmpty, !input.isReady { return }
      let first = input.lastLine + 1
      do throws(Failure) {
        var request = template
        request.records = try cited(try input.batch(), first)
        guard !request.records.isEmpty else {
          isAtEnd = true
          return
        }
        let call = Call(
          lines: first...input.lastLine, message: ControlCall.encode("Publish", request))
        calls.append(call)
        try send(call)
      } catch {
        failure = error
      }
    }
  }

  /// The records with the version of the group that they are for.
  private func cited(_ records: [Record], _ first: Int) throws(Failure) -> [Record] {
    guard let citation else { return records }
    var cited: [Record] = []
    for (place, record) in records.enumerated() {
      cited.append(try citation.put(into: record, line: first + place))
    }
    return cited
  }

  private mutating func send(_ call: Call) throws(Failure) {
    due.append(call.lines.lowerBound)
    do throws(Failure) { try daemon.send(call.message) } catch { throw connectionLost() }
  }

  // MARK: - Answers

  private mutating func take() throws(Failure) {
    sayWhatIsWaitedFor()
    let first = due.removeFirst()
    guard let place = calls.firstIndex(where: { $0.lines.lowerBound == first }) else { return }
    do throws(ControlError) {
      let reply = try daemon.publishAnswer()
      let answered = reply.entries.reduce(0) { $0 &+ $1.count }
      guard answered == UInt64(calls[place].lines.count) else {
        throw ControlError.refused(
          reason: "the daemon answered for other entries than were sent",
          hint: "use a liaison and a liaisond of the same version")
      }
      calls[place].state = .published(reply.entries)
      if reply.hasNotes {
        progress.clear()
        PublishVerb.warn(reply)
      }
    } catch .busy {
      calls[place].state = .busy
    } catch .notReplicated(let entries, let stored, let wanted) {
      calls[place].state = .published(entries)
      let error = ControlError.notReplicated(entries: entries, stored: stored, wanted: wanted)
      failure = failure ?? Failure(error)
    } catch .recordRefused(let number, let reason, let hint) {
      calls[place].state = .failed
      let lines = calls[place].lines
      let line = (1...lines.count).contains(number) ? first + number - 1 : first
      failure = failure ?? Failure(.dataError, "Line \(line) \(reason).", hint: hint)
    } catch DaemonConnection.connectionLost {
      due.insert(first, at: 0)
      throw connectionLost()
    } catch {
      calls[place].state = .failed
      failure = failure ?? Failure(error)
    }
  }

  /// Peers may be away for long: then a person wants to know why nothing comes.
  private mutating func sayWhatIsWaitedFor() {
    guard let replicas = template.replicas, replicas > 0,
      !daemon.hasAnswer(within: PublishRun.patienceMilliseconds)
    else { return }
    let wanted = replicas == 1 ? "a peer has" : "\(replicas) peers have"
    progress.show(
      "published \(printed), waiting until \(wanted) stored the next: liaison status says who is connected"
    )
  }

  private static let patienceMilliseconds: Int32 = 3_000

  /// Prints what is published, as far as it is without a gap.
  private mutating func printEntries() {
    while let call = calls.first, case .published(let runs) = call.state {
      calls.removeFirst()
      PublishVerb.print(runs)
      printed += call.lines.count
    }
    // Standard output on a terminal shows how far it is by itself.
    guard !Output.isTerminal(1) else { return }
    let total = input.count.map { " of \($0 - firstLine + 1)" } ?? ""
    progress.show("published \(printed)\(total)")
  }

  // MARK: - What is said when it breaks off

  /// Lines that were sent and not answered may be published or not.
  private mutating func connectionLost() -> Failure {
    progress.clear()
    let open = calls.filter { due.contains($0.lines.lowerBound) }
    let first = open.first?.lines.lowerBound ?? firstLine
    let last = open.last?.lines.upperBound ?? first
    return Failure(
      .unavailable,
      "The daemon went away; whether lines \(first) to \(last) were published is not known.",
      hint: "See where the node's log ends in liaison status, then go on with --from-line"
        + (toLine.map { " and --to-line \($0)." } ?? "."))
  }

  /// The failure, with what was published of the input and how to go on.
  private mutating func closing(_ failure: Failure) -> Failure {
    var failure = failure
    // A call behind one that failed may have gone through: its entries are printed now.
    let missing = calls.filter { if case .published = $0.state { false } else { true } }
    for call in calls {
      if case .published(let runs) = call.state { PublishVerb.print(runs) }
    }
    var gaps: [ClosedRange<Int>] = []
    for call in missing {
      if let last = gaps.last, last.upperBound + 1 == call.lines.lowerBound {
        gaps[gaps.count - 1] = last.lowerBound...call.lines.upperBound
      } else {
        gaps.append(call.lines)
      }
    }
    let next = input.lastLine + 1
    if let last = gaps.last, last.upperBound + 1 == next {
      gaps.removeLast()
      gaps.append(last.lowerBound...Int.max)
    } else if input.count.map({ next <= $0 }) ?? !isAtEnd {
      gaps.append(next...Int.max)
    }
    let said = gaps.map { gap in
      let last = gap.upperBound == .max ? toLine : gap.upperBound
      return "--from-line \(gap.lowerBound)" + (last.map { " --to-line \($0)" } ?? "")
    }
    if !said.isEmpty, gaps != [firstLine...Int.max] {
      failure.hint += " Go on with \(said.joined(separator: ", then "))."
    }
    return failure
  }
}
