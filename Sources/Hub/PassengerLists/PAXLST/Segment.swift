/// One segment of an interchange: a tag, and elements that have components.
struct Segment: Sendable {
  enum Problem: Hashable, Sendable {
    /// More than `ListLimits.segmentBytes`, or than `ListLimits.components`.
    case long
    /// The list ends in it.
    case cutOff
    /// A UNA that gives one character two meanings.
    case advice
  }

  /// Where it begins, from 1.
  var line = 1
  /// The components, one after the other.
  var bytes: [UInt8] = []
  /// Where each component ends in them, and which element it is of; the tag is element 0.
  var ends: [Int] = []
  var elements: [Int] = []
  var problem: Problem?

  var isASCII: Bool { bytes.allSatisfy { $0 < 0x80 } }

  var isUTF8: Bool { isASCII || String(validating: bytes, as: UTF8.self) != nil }

  var tag: String { text(0) ?? "" }

  /// Three capitals or digits.
  var hasTag: Bool {
    guard let end = ends.first, end == 3 else { return false }
    return bytes[..<3].allSatisfy { (0x41...0x5a).contains($0) || (0x30...0x39).contains($0) }
  }

  /// - Returns: nil for a component that is empty or not there.
  func text(_ element: Int, _ component: Int = 0) -> String? {
    guard let first = elements.firstIndex(of: element) else { return nil }
    let place = first + component
    guard place < elements.count, elements[place] == element else { return nil }
    return FieldText.clean(bytes[(place == 0 ? 0 : ends[place - 1])..<ends[place]])
  }

  /// The components of an element that are not empty.
  func texts(_ element: Int) -> [String] {
    (0..<elements.count(where: { $0 == element })).compactMap { text(element, $0) }
  }
}
