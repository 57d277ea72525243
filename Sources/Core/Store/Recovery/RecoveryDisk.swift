import Crypto
import Log

/// The disk as a start changes it: every change is synced before a new journal begins, a full disk
/// has the reserve, and what is found damaged is kept. One for a recovery, shared by its parts.
final class RecoveryDisk {
  let disk: any Disk
  private(set) var damage: [Damage] = []
  private var dirty = SyncQueue()
  private var reserveIsHeld = true

  init(_ disk: any Disk) { self.disk = disk }

  // MARK: Reads

  /// - Returns: nil for a file that is not there.
  func size(of file: StoreFile) throws(StoreError) -> UInt64? {
    do { return try disk.size(of: file) } catch { throw .disk(error, file) }
  }

  /// Fewer bytes at the end of a file; none of one that is not there.
  func whatThereIs(_ file: StoreFile, at offset: UInt64, count: Int) throws(StoreError) -> [UInt8] {
    do {
      return try disk.read(file, at: offset, count: count)
    } catch {
      guard error == .notFound else { throw .disk(error, file) }
      return []
    }
  }

  /// The folders of logs, in the order of their names.
  func logFolders() throws(StoreError) -> [LogID] {
    do {
      return try disk.list(.logs).sorted().compactMap { Hex.decode($0).flatMap { LogID($0) } }
    } catch {
      throw .disk(error, nil)
    }
  }

  // MARK: Changes

  /// On a full disk the reserve makes room. The caller syncs.
  func execute(_ operation: DiskOperation) throws(StoreError) {
    do throws(DiskError) {
      do throws(DiskError) {
        try disk.execute(operation)
      } catch {
        guard error == .noSpace, reserveIsHeld else { throw error }
        reserveIsHeld = false
        try disk.execute(.create(.reserve))
        try disk.execute(.truncate(.reserve, bytes: 0))
        try disk.execute(operation)
      }
    } catch {
      throw .disk(error, nil)
    }
  }

  /// `sync` makes it persistent.
  func change(_ operations: [DiskOperation]) throws(StoreError) {
    for operation in operations { try execute(operation) }
    dirty.insert(changedBy: operations)
  }

  /// Something was changed before, by whoever was stopped.
  func mustSync(_ target: SyncTarget) { dirty.insert(target) }

  func sync() throws(StoreError) {
    do { try disk.execute(dirty.all.map(\.operation)) } catch { throw .disk(error, nil) }
  }

  // MARK: Damage

  /// Each place once.
  func report(_ found: Damage) {
    if !damage.contains(found) { damage.append(found) }
  }
}
