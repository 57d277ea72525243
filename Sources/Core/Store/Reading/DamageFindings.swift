/// Damage that reads and the scrub found, and what was mended, until the host takes it. One for a
/// store: whoever reads reports here.
final class DamageFindings {
  private var found: [Damage] = []
  private var mended: [Damage] = []
  private var hasAbsent = false
  /// Reported in this run: each place once, and no more places than there is room for.
  private var reported: Set<Damage> = []

  func report(_ damage: Damage) {
    guard reported.count < Limits.damageKept, reported.insert(damage).inserted else { return }
    found.append(damage)
  }

  /// A body was found absent that should be here.
  func reportAbsent() { hasAbsent = true }

  /// The disk has what mends them. The same places can be damaged once more.
  func didMend(_ damage: [Damage]) {
    for each in damage {
      reported.remove(each)
      if mended.count < Limits.damageKept { mended.append(each) }
    }
  }

  func takeFound() -> [Damage] {
    defer { found = [] }
    return found
  }

  func takeMended() -> [Damage] {
    defer { mended = [] }
    return mended
  }

  func takeAbsent() -> Bool {
    defer { hasAbsent = false }
    return hasAbsent
  }
}

extension Disk {
  /// Fewer bytes at the end of a file or where the disk gives none, which is reported: the records
  /// concerned fail.
  func readWhatThereIs(
    _ file: StoreFile, at offset: UInt64, count: Int, _ findings: DamageFindings
  ) -> [UInt8] {
    do {
      return try read(file, at: offset, count: count)
    } catch {
      findings.report(Damage(file: file, error == .notFound ? .missing : .unreadable))
      return []
    }
  }

  /// - Throws: `.damaged` for a file that is not there or ends before.
  func readExactly(_ file: StoreFile, at offset: UInt64, count: Int) throws(StoreError) -> [UInt8] {
    let bytes: [UInt8]
    do {
      bytes = try read(file, at: offset, count: count)
    } catch {
      if error == .notFound { throw .damaged(Damage(file: file, .missing)) }
      throw .disk(error, file)
    }
    guard bytes.count == count else { throw .damaged(Damage(file: file, .tooShort)) }
    return bytes
  }

  /// True when the file is certainly not there.
  func lacks(_ file: StoreFile) -> Bool {
    do { return try size(of: file) == nil } catch { return false }
  }
}
