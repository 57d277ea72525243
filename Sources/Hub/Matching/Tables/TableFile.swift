import CNameTables

/// The generated tables, one read-only block of the program: sections of little-endian numbers or
/// of lines of UTF-8.
///
/// They are part of the program as its code is, so that a wrong one is a programming error; a test
/// reads every entry.
@safe
struct TableFile: Sendable {
  enum Section: Int {
    case scalarBlocks, scalarRows, scalarRecords, decompositions, spellings, compositions
    case wordHashes, wordValues, wordLists, shortForms
    case legalForms, organisationWords, numbers, places, stopWords
  }

  static let layout = 1
  private static let magic: UInt32 = 0x4d41_4e4c
  private static let headBytes = 8
  private static let entryBytes = 8

  static func section<Element: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ section: Section, of type: Element.Type
  ) -> TableSection<Element> {
    let whole = unsafe UnsafeRawBufferPointer(
      start: UnsafeRawPointer(liaison_name_tables_start()), count: liaison_name_tables_bytes)
    let head = unsafe whole.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
    let version = unsafe whole.loadUnaligned(fromByteOffset: 4, as: UInt16.self)
    precondition(head.littleEndian == magic && version.littleEndian == UInt16(layout))
    let entry = headBytes + section.rawValue * entryBytes
    let at = Int(unsafe whole.loadUnaligned(fromByteOffset: entry, as: UInt32.self).littleEndian)
    let bytes = Int(
      unsafe whole.loadUnaligned(fromByteOffset: entry + 4, as: UInt32.self).littleEndian)
    precondition(at + bytes <= whole.count && bytes.isMultiple(of: MemoryLayout<Element>.size))
    return unsafe TableSection(
      bytes: UnsafeRawBufferPointer(rebasing: whole[at..<(at + bytes)]),
      count: bytes / MemoryLayout<Element>.size)
  }
}

/// Numbers of one section.
@safe
struct TableSection<Element: FixedWidthInteger & BitwiseCopyable & Sendable>: @unchecked Sendable {
  // Sendable: the bytes are constants of the program.
  private let bytes: UnsafeRawBufferPointer
  let count: Int

  fileprivate init(bytes: UnsafeRawBufferPointer, count: Int) {
    unsafe self.bytes = bytes
    self.count = count
  }

  subscript(index: Int) -> Element {
    precondition(index >= 0 && index < count)
    return Element(
      littleEndian: unsafe bytes.loadUnaligned(
        fromByteOffset: index &* MemoryLayout<Element>.size, as: Element.self))
  }

  /// The first index whose element is not below `value`; the section is sorted.
  func lowerBound(_ value: Element) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension TableSection<UInt8> {
  /// Lines of UTF-8, each of fields between tabs.
  func lines(_ body: ([String]) -> Void) {
    var fields = [String]()
    var field = [UInt8]()
    for index in 0...count {
      let byte = index < count ? self[index] : UInt8(ascii: "\n")
      switch byte {
      case UInt8(ascii: "\t"), UInt8(ascii: "\n"):
        fields.append(String(decoding: field, as: UTF8.self))
        field.removeAll(keepingCapacity: true)
        if byte == UInt8(ascii: "\n") {
          body(fields)
          fields.removeAll(keepingCapacity: true)
        }
      default: field.append(byte)
      }
    }
  }
}
