import CommandLine
import JSON
import Log
import Node
import Records
import Runtime
import Text

/// The next version of a record (Protocols/records.md, 7): what it says, to whom it goes, and which
/// versions it replaces.
struct Correction {
  private let reference: RecordReference
  /// Versions that stand, the oldest first; not empty.
  private let versions: [OwnIDs.Version]
  private let roster: Set<String>
  private(set) var record: Record
  private(set) var to: [String] = []
  /// 0: it does not expire.
  private(set) var expiryDay = 0
  private(set) var toWithdraw: [String] = []
  /// The newest version that stands says the same: an earlier run published it, and ended before
  /// the withdrawal.
  private(set) var isPublished = false
  /// Read and published anew with it.
  private(set) var attachments: [PendingAttachment] = []
  private var changesAttachments = false
  /// Said before anything is published.
  private(set) var notes: [String] = []

  init(
    _ reference: RecordReference, _ versions: [OwnIDs.Version], report roster: Set<String>
  ) throws(Failure) {
    guard let newest = versions.last, let record = try? Record(checking: newest.record.bytes) else {
      throw Failure(
        .noInput, "No version of \(reference.text) stands in this node's log.",
        hint: "Publish it with liaison publish; what was withdrawn or has expired is no version.")
    }
    self.reference = reference
    self.versions = versions
    self.roster = roster
    self.record = record
  }

  /// Begins the next version of an own record, and says whom signing waits for.
  /// - Parameter others: what to do about a record of somebody else's.
  static func begin(
    _ reference: RecordReference, _ folder: NodeFolder, others hint: String
  ) throws(Failure) -> (correction: Correction, daemon: DaemonConnection) {
    let daemon = try DaemonConnection(folder)
    try PublishVerb.sayWhoIsWaitedFor(daemon)
    let own = try OwnIDs(folder)
    guard reference.author.text == own.node else {
      throw Failure(
        .usage, "\(reference.text) is not this node's: it is \(own.node).", hint: hint)
    }
    let versions = try own.standing(
      own.hash(reference.id), most: ControlLimits.recordsPerWithdrawal)
    return (try Correction(reference, versions, report: daemon.roster()), daemon)
  }

  /// The newest version that stands.
  var newest: OwnIDs.Version { versions[versions.count - 1] }

  // MARK: - What belongs to it

  /// The attachments of the newest version but these, and some more.
  mutating func carryOn(
    without numbers: [String], adding added: [PendingAttachment], _ daemon: DaemonConnection
  ) throws(Failure) {
    let all = newest.record.common.attachments
    var dropped: Set<Int> = []
    for word in numbers {
      guard let number = Int(word), all.indices.contains(number) else {
        throw Failure(
          .usage,
          "--without-attachment is \"\(word)\", and \(newest.entry) has \(all.count) attachments.",
          hint: "See liaison attachment list \(newest.entry).")
      }
      dropped.insert(number)
    }
    let shown = newest.shown
    for (number, file) in all.enumerated() where !dropped.contains(number) {
      attachments.append(
        PendingAttachment(name: file.name ?? "attachment", mediaType: file.mediaType) {
          () throws(Failure) in
          try AttachmentReading(daemon, shown).bytes(of: file)
        })
    }
    attachments += added
    guard attachments.count <= RecordLimits.attachments else {
      throw Failure(
        .usage, "The record would have \(attachments.count) attachments.",
        hint: "It has at most \(RecordLimits.attachments).")
    }
    changesAttachments = !dropped.isEmpty || !added.isEmpty
  }

  // MARK: - What it says

  /// - Parameter reason: for a record without `change`.
  mutating func read(_ path: String, reason: String?) throws(Failure) {
    try take(OneRecord.read(path), reason: reason)
  }

  /// - Parameters:
  ///   - given: the record as it is now.
  ///   - reason: for a record without `change`.
  mutating func take(_ given: Record, reason: String?) throws(Failure) {
    let own = SharedRecord.read(given).common.attachments
    guard !RecordAttachments.isIn(given) || own == newest.record.common.attachments else {
      throw Failure(
        .dataError, "The record has another list of attachments than \(newest.entry) (REC-105).",
        hint: "Leave the list out: attachments are carried on, dropped with --without-attachment, "
          + "and added with --attach.")
    }
    var new = try OneRecord.checked(RecordAttachments.put([], into: given))
    let before = RecordAttachments.put([], into: record)
    var fields = RecordChange.fields(from: before, to: new.bytes)
    if changesAttachments { fields.append(RecordAttachments.key) }
    if fields.isEmpty {
      guard versions.count > 1 else {
        throw Failure(
          .dataError, "The record is the same as \(newest.entry).",
          hint: "There is nothing to correct.")
      }
      isPublished = true
      return
    }
    if SharedRecord.read(new).common.change == nil {
      guard let reason else {
        throw Failure(
          .dataError, "The record does not say what it changes, and why (REC-71).",
          hint: "Add --reason TEXT, or \"change\":{\"fields\":[…],\"reason\":\"…\"} to the record.")
      }
      new = try OneRecord.checked(RecordChange.add(fields, reason, to: new.bytes))
    } else if reason != nil {
      throw Failure(
        .usage, "--reason is given, and the record has its own \"change\".",
        hint: "Leave out one of both.")
    }
    try check(new)
    record = new
  }

  private mutating func check(_ new: Record) throws(Failure) {
    let shared = SharedRecord.readToPublish(new)
    if let problem = shared.problems.first(where: \.isRefusal) {
      throw Failure(
        .dataError, problem.sentence.printable.sentence,
        hint: problem.hint + " Nothing was published.")
    }
    var marks = RecordMarks()
    for problem in shared.problems { marks.add(problem, line: 1) }
    notes += marks.lines
    let before = newest.record
    guard shared.id == reference.id else {
      throw Failure(
        .dataError,
        "The record has the id \(shared.id?.text ?? "none"), and not \(reference.id.text).",
        hint: "A version keeps the id of its matter.")
    }
    guard shared.type == before.type else {
      throw Failure(
        .dataError,
        "The record is of type \(shared.type.printable), and was \(before.type.printable) (REC-70).",
        hint: "An id keeps its type; give another matter another id.")
    }
  }

  // MARK: - To whom it goes

  /// - Parameters:
  ///   - to: nil: everybody who had a version that stands.
  ///   - expiryDay: 0: never; nil: when the last of them expires.
  mutating func decide(to: [String]?, expiryDay: Int?, keepsOlder: Bool) throws(Failure) {
    let had = try audience()
    self.to = try recipients(to, had)
    let lasting = versions.map { Int($0.shown.expiryDay) }
    let latest = lasting.contains(0) ? 0 : lasting.max() ?? 0
    self.expiryDay = expiryDay ?? latest
    let isShorter = self.expiryDay != 0 && (latest == 0 || self.expiryDay < latest)
    let leftOut = self.to == ["all"] ? had.subtracting(roster) : had.subtracting(self.to)
    if keepsOlder, let name = leftOut.min() {
      throw Failure(
        .usage, "--keep-older is given, and \(name) had a version and is left out (REC-72).",
        hint: "Without it the older versions are withdrawn; nobody keeps what was corrected.")
    }
    if keepsOlder, isShorter {
      throw Failure(
        .usage, "--keep-older is given, and an older version would outlast the new one (REC-72).",
        hint: "Leave out --keep-older, or let the new version expire later.")
    }
    if !leftOut.isEmpty {
      notes.append(
        "left out, and given the withdrawal alone: \(leftOut.sorted().joined(separator: ", "))")
    }
    let older = isPublished ? versions.dropLast() : versions[...]
    toWithdraw = keepsOlder ? [] : older.map(\.entry)
  }

  /// Everybody who was given a version that stands, without this node.
  private func audience() throws(Failure) -> Set<String> {
    var names: Set<String> = []
    for version in versions {
      guard let audience = version.shown.audience else {
        throw Failure(
          .unavailable, "The daemon does not say to whom \(version.entry) was sealed.",
          hint: "Use a liaison and a liaisond of the same version, or name them with --to.")
      }
      names.formUnion(audience)
    }
    names.remove(reference.author.text)
    return names
  }

  private mutating func recipients(
    _ to: [String]?, _ had: Set<String>
  ) throws(Failure) -> [String] {
    if let to { return to }
    let known = had.intersection(roster).sorted()
    guard known.isEmpty else { return known }
    guard had.isEmpty else {
      throw Failure(
        .dataError, "Nobody who had a version of \(reference.text) is on the roster any more.",
        hint: "Name with --to who shall have the new one; liaison withdraw takes back the old ones."
      )
    }
    return [reference.author.text]
  }
}
