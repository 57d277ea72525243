/// A disk whose changes stay in memory: with it fsck recovers a store without touching it.
final class OverlayDisk: Disk {
  private struct Extent {
    let range: Range<UInt64>
    /// nil: a hole, which takes no memory here.
    let bytes: [UInt8]?
  }

  private struct Layer {
    var exists: Bool
    var length: UInt64
    /// In the order in which they were written.
    var extents: [Extent] = []
  }

  private let base: any Disk
  private var layers: [StoreFile: Layer] = [:]
  private var newFolders: Set<StoreFolder> = []

  init(over base: any Disk) { self.base = base }

  func read(_ file: StoreFile, at offset: UInt64, count: Int) throws(DiskError) -> [UInt8] {
    guard let layer = layers[file] else { return try base.read(file, at: offset, count: count) }
    guard layer.exists else { throw .notFound }
    guard offset < layer.length else { return [] }
    let wanted = Int(min(UInt64(count), layer.length - offset))
    var bytes: [UInt8] = []
    if try base.size(of: file) != nil {
      bytes = try base.read(file, at: offset, count: wanted)
    }
    if bytes.count < wanted {
      bytes.append(contentsOf: repeatElement(0, count: wanted - bytes.count))
    }
    let end = offset + UInt64(wanted)
    for extent in layer.extents {
      let from = max(offset, extent.range.lowerBound)
      let to = min(end, extent.range.upperBound)
      guard from < to else { continue }
      let place = Int(from - offset)..<Int(to - offset)
      let start = extent.range.lowerBound
      if let written = extent.bytes {
        bytes.replaceSubrange(place, with: written[Int(from - start)..<Int(to - start)])
      } else {
        bytes.replaceSubrange(place, with: repeatElement(0, count: place.count))
      }
    }
    return bytes
  }

  func size(of file: StoreFile) throws(DiskError) -> UInt64? {
    guard let layer = layers[file] else { return try base.size(of: file) }
    return layer.exists ? layer.length : nil
  }

  /// Data may begin at once in a file that was changed here: where it does is not known.
  func data(in file: StoreFile, from offset: UInt64) throws(DiskError) -> UInt64? {
    layers[file] == nil ? try base.data(in: file, from: offset) : offset
  }

  /// The space on the disk below: nothing that is changed here takes any.
  func allocatedBytes(of file: StoreFile) throws(DiskError) -> UInt64? {
    try base.allocatedBytes(of: file)
  }

  /// The names below, with what was made here, and without what was removed here.
  func list(_ folder: StoreFolder) throws(DiskError) -> [String] {
    var names: Set<String> = []
    do throws(DiskError) {
      names = Set(try base.list(folder))
    } catch {
      guard error == .notFound, newFolders.contains(folder) else { throw error }
    }
    for (file, layer) in layers where file.folder == folder {
      let name = file.path.lastComponent
      if layer.exists { names.insert(name) } else { names.remove(name) }
    }
    for new in newFolders where new != .root && new.path.withoutLastComponent == folder.path {
      names.insert(new.path.lastComponent)
    }
    return names.sorted()
  }

  func execute(_ operation: DiskOperation) throws(DiskError) {
    switch operation {
    case .create(let file):
      try change(file) { $0.exists = true }
    case .write(let file, let offset, let bytes):
      try change(file) {
        let end = offset + UInt64(bytes.count)
        $0.extents.append(Extent(range: offset..<end, bytes: bytes))
        $0.length = max($0.length, offset + UInt64(bytes.count))
      }
    case .truncate(let file, let length):
      // Bytes of an extent behind the end are written again before they are read.
      try change(file) { $0.length = length }
    case .remove(let file):
      try change(file) { $0.exists = false }
    case .createFolder(let folder):
      newFolders.insert(folder)
    case .preallocate, .sync, .syncFolder, .rename:
      break
    case .punchHole(let file, let offset, let bytes):
      // A hole makes no file longer, and none where there is none.
      let end = offset.addingReportingOverflow(bytes)
      guard !end.overflow, try size(of: file) != nil else { break }
      try change(file) { $0.extents.append(Extent(range: offset..<end.partialValue, bytes: nil)) }
    }
  }

  private func change(_ file: StoreFile, _ body: (inout Layer) -> Void) throws(DiskError) {
    var layer: Layer
    if let known = layers[file] {
      layer = known
    } else {
      let size = try base.size(of: file)
      layer = Layer(exists: size != nil, length: size ?? 0)
    }
    body(&layer)
    layers[file] = layer
  }
}

extension String {
  fileprivate var lastComponent: String { split(separator: "/").last.map(String.init) ?? "" }

  fileprivate var withoutLastComponent: String {
    split(separator: "/").dropLast().joined(separator: "/")
  }
}
