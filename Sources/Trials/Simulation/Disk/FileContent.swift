public import Store

/// The bytes of one file, in pages that copies share until one of them writes.
public struct FileContent: Sendable {
  /// The unit that copies share and that a hole frees.
  public static let pageBytes = 4096

  /// The file's length, holes included.
  public private(set) var count = 0
  /// An empty page is a hole: it reads as zeros and takes no space.
  private var pages: [[UInt8]] = []

  /// An empty file.
  public init() {}

  /// Space taken, in whole pages.
  public var allocatedBytes: Int {
    pages.count { !$0.isEmpty } * FileContent.pageBytes
  }

  /// Up to `count` bytes from `offset`; fewer at the end of the file.
  public func read(at offset: Int, count wanted: Int) -> [UInt8] {
    guard offset < count, wanted > 0 else { return [] }
    let end = min(count, offset + wanted)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(end - offset)
    var next = offset
    while next < end {
      let page = pages[next / FileContent.pageBytes]
      let start = next % FileContent.pageBytes
      let stop = min(FileContent.pageBytes, start + end - next)
      if page.isEmpty {
        bytes.append(contentsOf: repeatElement(0, count: stop - start))
      } else {
        bytes.append(contentsOf: page[start..<stop])
      }
      next += stop - start
    }
    return bytes
  }

  /// Does what the operation does to its file's bytes.
  public mutating func apply(_ operation: DiskOperation) {
    switch operation {
    case .write(_, let offset, let bytes): write(bytes[...], at: Int(offset))
    case .truncate(_, let bytes): resize(Int(bytes))
    case .preallocate(_, let bytes):
      if count < Int(bytes) { resize(Int(bytes)) }
      for page in 0..<FileContent.pageCount(Int(bytes)) where pages[page].isEmpty {
        pages[page] = FileContent.emptyPage
      }
    case .punchHole(_, let offset, let bytes):
      clear(from: min(count, Int(offset)), to: min(count, Int(offset + bytes)))
    case .createFolder, .create, .sync, .syncFolder, .rename, .remove: break
    }
  }

  /// Makes the file longer where it ends before.
  public mutating func write(_ bytes: ArraySlice<UInt8>, at offset: Int) {
    let end = offset + bytes.count
    if count < end { resize(end) }
    var next = offset
    var source = bytes.startIndex
    while next < end {
      let page = next / FileContent.pageBytes
      let start = next % FileContent.pageBytes
      let stop = min(FileContent.pageBytes, start + end - next)
      if stop - start == FileContent.pageBytes {
        pages[page] = Array(bytes[source..<(source + FileContent.pageBytes)])
      } else {
        if pages[page].isEmpty { pages[page] = FileContent.emptyPage }
        pages[page].replaceSubrange(start..<stop, with: bytes[source..<(source + stop - start)])
      }
      source += stop - start
      next += stop - start
    }
  }

  /// Cuts the file, or makes it longer by a hole.
  mutating func resize(_ bytes: Int) {
    if bytes < count { clear(from: bytes, to: count) }
    let wanted = FileContent.pageCount(bytes)
    if pages.count > wanted {
      pages.removeLast(pages.count - wanted)
    } else {
      pages.append(contentsOf: repeatElement([], count: wanted - pages.count))
    }
    count = bytes
  }

  /// - Precondition: the offset lies within the file.
  mutating func flipBit(_ bit: Int, at offset: Int) {
    let page = offset / FileContent.pageBytes
    if pages[page].isEmpty { pages[page] = FileContent.emptyPage }
    pages[page][offset % FileContent.pageBytes] ^= 1 << UInt8(bit)
  }

  /// Whole pages become holes.
  private mutating func clear(from: Int, to end: Int) {
    var next = from
    while next < end {
      let page = next / FileContent.pageBytes
      let start = next % FileContent.pageBytes
      let stop = min(FileContent.pageBytes, start + end - next)
      if start == 0, stop == FileContent.pageBytes || page * FileContent.pageBytes + stop >= count {
        pages[page] = []
      } else if !pages[page].isEmpty {
        for byte in start..<stop { pages[page][byte] = 0 }
      }
      next += stop - start
    }
  }

  private static func pageCount(_ bytes: Int) -> Int { (bytes + pageBytes - 1) / pageBytes }

  private static let emptyPage = [UInt8](repeating: 0, count: pageBytes)
}
