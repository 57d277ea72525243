/// Writes of a replay that wait to be joined. A journal of small commits over many logs names each
/// file again and again, each time a little further: one after the other they cost a write and,
/// with more files than descriptors, an `open` each.
struct JoinedWrites {
  private struct Extent {
    let offset: UInt64
    var bytes: [UInt8]

    var end: UInt64 { offset + UInt64(bytes.count) }
  }

  private struct File {
    let name: StoreFile
    /// In the order in which they came: a later one may write over an earlier one.
    var extents: [Extent]
  }

  /// In the order in which they were first written.
  private var files: [File] = []
  private var places: [StoreFile: Int] = [:]
  private(set) var bytes = 0

  mutating func append(_ file: StoreFile, _ offset: UInt64, _ written: [UInt8]) {
    bytes += written.count
    guard let place = places[file] else {
      places[file] = files.count
      files.append(File(name: file, extents: [Extent(offset: offset, bytes: written)]))
      return
    }
    let last = files[place].extents.count - 1
    if files[place].extents[last].end == offset {
      files[place].extents[last].bytes.append(contentsOf: written)
    } else {
      files[place].extents.append(Extent(offset: offset, bytes: written))
    }
  }

  /// Each file's together.
  mutating func take() -> [DiskOperation] {
    let operations = files.flatMap { file in
      file.extents.map { .write(file.name, offset: $0.offset, bytes: $0.bytes) as DiskOperation }
    }
    self = JoinedWrites()
    return operations
  }
}
