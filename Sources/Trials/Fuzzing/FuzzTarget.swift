/// The targets of the fuzzer: parsers of bytes from outside, in groups, and the replication core as
/// a state machine.
///
/// `run` returns for every input, or traps: that is how a finding looks. Besides what traps by
/// itself, each target checks what must hold of whatever was accepted (docs/fuzzing.md). The same
/// entry points serve libFuzzer and the test that replays the corpus.
public enum FuzzTarget: String, CaseIterable, Sendable {
  /// Messages of a hostile session, after hello and the lists of logs.
  case sync
  /// Two nodes, of whose messages some are altered, lost, repeated or out of order; disks, time,
  /// sessions.
  case core
  /// Notes, cards, checkpoints, cosignatures; peers' settings, tokens and the other small files of
  /// a node.
  case texts
  /// Leaves, batches and their acceptance, public bodies, withdrawals, proofs of forks, faults and
  /// defects.
  case entries
  /// Grants and sealed records.
  case sealing
  /// Handshakes, records, messages of a channel.
  case channel
  /// Files of the store at its start.
  case store
  /// Files of a data folder that an auditor gets.
  case audit
  /// Calls on the control socket.
  case control
  /// Records and messages as JSON, beside another library's verdict.
  case json
  /// Records as their types say them.
  case records
  /// Machine readable zones, and identifiers as they are folded.
  case zone
  /// Records as a hub gathers them, questions in words, and calls on its socket.
  case hub
  /// Two names side by side.
  case names
  /// Pages that the daemon tells a hub, and calls on the reader socket.
  case reading
  /// The file of the journal of readability at its start.
  case readability
  /// Passenger lists as airlines send them.
  case lists

  /// Traps where something is found; otherwise there is nothing to tell.
  public func run(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    switch self {
    case .sync: SyncTarget.run(&input)
    case .core: CoreTarget.run(&input)
    case .texts: TextTarget.run(&input)
    case .entries: EntryTarget.run(&input)
    case .sealing: SealingTarget.run(&input)
    case .channel: ChannelTarget.run(&input)
    case .store: StoreTarget.run(&input)
    case .audit: AuditTarget.run(&input)
    case .control: ControlTarget.run(&input)
    case .json: JSONTarget.run(&input)
    case .records: RecordTarget.run(&input)
    case .zone: ZoneTarget.run(&input)
    case .hub: HubTarget.run(&input)
    case .names: NamesTarget.run(&input)
    case .reading: ReadingTarget.run(&input)
    case .readability: ReadabilityTarget.run(&input)
    case .lists: ListTarget.run(&input)
    }
  }

  /// Inputs that reach what random bytes do not.
  public var seeds: [[UInt8]] {
    switch self {
    case .sync: SyncTarget.seeds
    case .core: CoreTarget.seeds
    case .texts: TextTarget.seeds
    case .entries: EntryTarget.seeds
    case .sealing: SealingTarget.seeds
    case .channel: ChannelTarget.seeds
    case .store: StoreTarget.seeds
    case .audit: AuditTarget.seeds
    case .control: ControlTarget.seeds
    case .json: JSONTarget.seeds
    case .records: RecordTarget.seeds
    case .zone: ZoneTarget.seeds
    case .hub: HubTarget.seeds
    case .names: NamesTarget.seeds
    case .reading: ReadingTarget.seeds
    case .readability: ReadabilityTarget.seeds
    case .lists: ListTarget.seeds
    }
  }
}

/// Says what was found and ends the process, as a trap would; a release build's traps say nothing.
func check(_ condition: Bool, _ what: @autoclosure () -> String) {
  if !condition { fatalError(what()) }
}
