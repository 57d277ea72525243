/// A file or folder whose changes are not persistent before it is synced.
enum SyncTarget: Hashable {
  case file(StoreFile)
  case folder(StoreFolder)

  var operation: DiskOperation {
    switch self {
    case .file(let file): .sync(file)
    case .folder(let folder): .syncFolder(folder)
    }
  }
}

/// A set that keeps the order in which its members came: dictionary order differs between runs.
struct SyncQueue {
  /// Each with the number that it has in `order`.
  private var members: [SyncTarget: Int] = [:]
  /// Removed targets stay until they come to the front.
  private var order: ArraySlice<(number: Int, target: SyncTarget)> = []
  private var last = 0

  var isEmpty: Bool { members.isEmpty }

  mutating func insert(_ target: SyncTarget) {
    guard members[target] == nil else { return }
    last += 1
    members[target] = last
    order.append((last, target))
  }

  mutating func remove(_ target: SyncTarget) {
    guard members.removeValue(forKey: target) != nil else { return }
    while let first = order.first, members[first.target] != first.number { order.removeFirst() }
  }

  func contains(_ target: SyncTarget) -> Bool { members[target] != nil }

  /// Oldest first, at most `limit`.
  func first(_ limit: Int) -> [SyncTarget] {
    var found: [SyncTarget] = []
    for (number, target) in order where members[target] == number {
      if found.count == limit { break }
      found.append(target)
    }
    return found
  }

  var all: [SyncTarget] { first(.max) }

  mutating func insert(changedBy operations: [DiskOperation]) {
    for operation in operations {
      switch operation {
      case .create(let file), .remove(let file): insert(.folder(file.folder))
      case .createFolder(.logs): insert(.folder(.root))
      case .createFolder(.log): insert(.folder(.logs))
      case .createFolder(.bodies(let id)): insert(.folder(.log(id)))
      case .write(let file, _, _), .truncate(let file, _), .punchHole(let file, _, _),
        .preallocate(let file, _):
        insert(.file(file))
      case .rename(_, let file): insert(.folder(file.folder))
      case .createFolder(.root), .sync, .syncFolder: break
      }
    }
  }
}
