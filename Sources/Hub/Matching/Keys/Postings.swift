/// Keys to the records that are filed under them, as sorted arrays: eight bytes for a key and four
/// for a record, but nothing for the record of a key that has one alone.
struct Postings: Sendable {
  /// Sorted, none twice.
  private var keys: [UInt32] = []
  /// The number of a record where the highest bit is set, else where in `records` its records
  /// begin.
  private var starts: [UInt32] = []
  private var records: [UInt32] = []
  /// The place where keys begin, by their first bits.
  private var directory: [UInt32] = []
  /// A bit for the first bits of a key: most keys that are asked for stand nowhere, and that is
  /// known from one place in memory.
  private var occupied: [UInt64] = []
  private var occupiedShift: UInt32 = 0

  private static let single: UInt32 = 0x8000_0000
  private static let directoryBits: UInt32 = 18

  var keyCount: Int { keys.count }
  var bytes: Int {
    (keys.count + starts.count + records.count + directory.count) * 4 + occupied.count * 8
  }

  /// Records of one key, in rising order.
  struct List {
    fileprivate var one: UInt32?
    fileprivate var range: Range<Int>
    var count: Int { one == nil ? range.count : 1 }
  }

  init() {}

  init(_ parts: inout PostingParts) {
    let total = parts.count
    records.reserveCapacity(total / 2)
    makeRoom(keys: total)
    directory.reserveCapacity(1 << Int(Postings.directoryBits) + 1)
    for part in 0..<PostingParts.count { append(parts.take(part)) }
    while directory.count <= 1 << Int(Postings.directoryBits) {
      directory.append(UInt32(keys.count))
    }
  }

  /// Sixteen bits or more for a key that has two records.
  private mutating func makeRoom(keys: Int) {
    let bits = UInt32(min(28, max(6, Int.bitWidth - keys.leadingZeroBitCount + 2)))
    occupied = Array(repeating: 0, count: 1 << Int(bits - 6))
    occupiedShift = 32 - bits
  }

  private mutating func occupy(_ key: UInt32) {
    let bit = key >> occupiedShift
    occupied[Int(bit >> 6)] |= 1 << UInt64(bit & 63)
  }

  private func isOccupied(_ key: UInt32) -> Bool {
    let bit = key >> occupiedShift
    return occupied[Int(bit >> 6)] & (1 << UInt64(bit & 63)) != 0
  }

  /// Pairs of a key and a record, sorted.
  private mutating func append(_ pairs: [UInt64]) {
    var at = 0
    while at < pairs.count {
      let key = UInt32(pairs[at] >> 32)
      var end = at + 1
      while end < pairs.count, UInt32(pairs[end] >> 32) == key { end += 1 }
      let place = Int(key >> (32 - Postings.directoryBits))
      while directory.count <= place { directory.append(UInt32(keys.count)) }
      keys.append(key)
      occupy(key)
      if end - at == 1 {
        starts.append(Postings.single | UInt32(truncatingIfNeeded: pairs[at]))
      } else {
        starts.append(UInt32(records.count))
        for index in at..<end { records.append(UInt32(truncatingIfNeeded: pairs[index])) }
      }
      at = end
    }
  }

  func list(_ key: UInt32) -> List? {
    guard !directory.isEmpty, isOccupied(key) else { return nil }
    let place = Int(key >> (32 - Postings.directoryBits))
    var low = Int(directory[place])
    var high = Int(directory[place + 1])
    while low < high {
      let middle = (low + high) / 2
      if keys[middle] < key { low = middle + 1 } else { high = middle }
    }
    guard low < keys.count, keys[low] == key else { return nil }
    let start = starts[low]
    if start & Postings.single != 0 {
      return List(one: start & ~Postings.single, range: 0..<0)
    }
    var next = low + 1
    while next < starts.count, starts[next] & Postings.single != 0 { next += 1 }
    let end = next < starts.count ? Int(starts[next]) : records.count
    return List(one: nil, range: Int(start)..<end)
  }

  func forEach(_ list: List, first: Int = .max, _ body: (UInt32) -> Void) {
    if let one = list.one {
      body(one)
    } else {
      for index in list.range.prefix(first) { body(records[index]) }
    }
  }

  /// Calls `body` with the place in `wanted` of each that the list holds.
  /// - Parameter wanted: in rising order, so that each search begins where the last one ended.
  func find(_ wanted: [UInt32], in list: List, _ body: (Int) -> Void) {
    if let one = list.one {
      for place in wanted.indices where wanted[place] == one { body(place) }
      return
    }
    var low = list.range.lowerBound
    for place in wanted.indices {
      low = firstPlace(from: low, below: list.range.upperBound, notBefore: wanted[place])
      if low == list.range.upperBound { return }
      if records[low] == wanted[place] { body(place) }
    }
  }

  /// - Returns: of the first record that is not below `wanted`, in steps that double, then halve.
  private func firstPlace(from start: Int, below end: Int, notBefore wanted: UInt32) -> Int {
    var low = start
    var step = 1
    while low + step < end, records[low + step] < wanted {
      low += step
      step *= 2
    }
    var high = min(low + step, end)
    while low < high {
      let middle = (low + high) / 2
      if records[middle] < wanted { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Every pair of a key and a record.
  func forEachPair(_ body: (UInt32, UInt32) -> Void) {
    for key in keys { if let list = list(key) { forEach(list) { body(key, $0) } } }
  }
}

/// Pairs of a key and a record on their way into an index, in parts by the first bits of the key,
/// so that no more than one part has to be sorted, or lies in memory twice, at once.
struct PostingParts {
  static let count = 256
  private var parts: [[UInt64]] = Array(repeating: [], count: count)
  private(set) var records = 0

  mutating func add(_ record: UInt32, _ key: NameKey) {
    parts[Int(key.value >> 24)].append(UInt64(key.value) << 32 | UInt64(record))
  }

  var count: Int { parts.reduce(0) { $0 + $1.count } }

  mutating func reserve(_ pairs: Int) {
    for part in parts.indices { parts[part].reserveCapacity(pairs / PostingParts.count * 11 / 10) }
  }

  /// - Returns: one part, sorted, which is gone from here.
  mutating func take(_ part: Int) -> [UInt64] {
    var pairs = [UInt64]()
    swap(&pairs, &parts[part])
    RadixSort.sort(&pairs)
    return pairs
  }
}

/// Sorts pairs whose first byte is the same. Records come in rising order, so only the key's three
/// other bytes are sorted by, and those of one key stay in order.
enum RadixSort {
  static func sort(_ pairs: inout [UInt64]) {
    guard pairs.count > 64 else {
      pairs.sort()
      return
    }
    var other = [UInt64](repeating: 0, count: pairs.count)
    for shift in [UInt64(32), 44] { pass(&pairs, &other, shift, bits: 12) }
    if !isSorted(pairs) { pairs.sort() }
  }

  private static func pass(
    _ pairs: inout [UInt64], _ other: inout [UInt64], _ shift: UInt64, bits: UInt64
  ) {
    let size = 1 << Int(bits)
    let mask = UInt64(size - 1)
    var places = [Int](repeating: 0, count: size + 1)
    for pair in pairs { places[Int(pair >> shift & mask) + 1] += 1 }
    for index in 0..<size { places[index + 1] += places[index] }
    for pair in pairs {
      let bucket = Int(pair >> shift & mask)
      other[places[bucket]] = pair
      places[bucket] += 1
    }
    swap(&pairs, &other)
  }

  /// They are, unless records did not come in rising order.
  private static func isSorted(_ pairs: [UInt64]) -> Bool {
    for index in pairs.indices.dropFirst() where pairs[index - 1] > pairs[index] { return false }
    return true
  }
}
