import Crypto
import Text

/// The readers that keep what they are told, by their names, and up to which number of the journal
/// each confirmed that what it was told unreadable is off its disks (Protocols/readability.md,
/// READ-24). Kept in the file `readers`:
///
///     liaison-readers/v1
///     reader hub 00112233445566778899aabbccddeeff 4711
///     reader other none 0
public struct KnownReaders: Hashable, Sendable {
  /// A number of one journal.
  public struct Confirmed: Hashable, Sendable {
    /// The journal's: a number of another says nothing.
    public let identity: RandomName
    /// Changes below it.
    public let number: UInt64

    /// - Parameters: as the properties.
    public init(identity: RandomName, number: UInt64) {
      self.identity = identity
      self.number = number
    }
  }

  private struct Reader: Hashable {
    let name: String
    var confirmed: Confirmed?
  }

  /// Why a name is not taken.
  public enum Refusal: Error, Hashable, Sendable {
    case name
    /// So many are known already.
    case tooMany
  }

  /// Ascending by name.
  private var readers: [Reader] = []

  /// Nobody is known.
  public init() {}

  /// Ascending.
  public var names: [String] { readers.map(\.name) }

  /// A reader names itself.
  /// - Returns: whether it was not known before.
  public mutating func meet(_ name: String) throws(Refusal) -> Bool {
    guard KnownReaders.isName(name) else { throw .name }
    guard place(of: name) == nil else { return false }
    guard readers.count < KnownReaders.most else { throw .tooMany }
    let place = readers.firstIndex { $0.name > name } ?? readers.count
    readers.insert(Reader(name: name), at: place)
    return true
  }

  /// A reader that is known confirms. A lower number of the same journal changes nothing.
  /// - Returns: whether anything changed.
  public mutating func confirm(_ name: String, _ confirmed: Confirmed) -> Bool {
    guard let place = place(of: name) else { return false }
    if let before = readers[place].confirmed, before.identity == confirmed.identity,
      before.number >= confirmed.number
    {
      return false
    }
    readers[place].confirmed = confirmed
    return true
  }

  /// - Returns: false: it was not known.
  public mutating func forget(_ name: String) -> Bool {
    guard let place = place(of: name) else { return false }
    readers.remove(at: place)
    return true
  }

  /// The names of those that may still hold what was told unreadable below `number`.
  public func behind(_ number: UInt64, of identity: RandomName) -> [String] {
    readers.filter { reader in
      guard let confirmed = reader.confirmed, confirmed.identity == identity else { return true }
      return confirmed.number < number
    }.map(\.name)
  }

  /// The file's bytes.
  public func encode() -> [UInt8] {
    let lines = readers.map { reader in
      guard let confirmed = reader.confirmed else { return "reader \(reader.name) none 0\n" }
      return "reader \(reader.name) \(Hex.encode(confirmed.identity.bytes)) \(confirmed.number)\n"
    }
    return Array((KnownReaders.header + "\n" + lines.joined()).utf8)
  }

  /// - Returns: nil for anything but what `encode` gives.
  public init?(_ bytes: [UInt8]) {
    var lines = TextLines(bytes)
    guard bytes.count <= KnownReaders.fileBytes, lines.next() == KnownReaders.header else {
      return nil
    }
    while let text = lines.value(of: "reader") {
      guard let reader = KnownReaders.reader(text) else { return nil }
      readers.append(reader)
    }
    guard lines.isAtEnd, readers.count <= KnownReaders.most, encode() == bytes,
      zip(readers, readers.dropFirst()).allSatisfy({ $0.name < $1.name })
    else { return nil }
  }

  /// Names that are remembered.
  public static let most = 8
  /// The header, and of each reader 7, a name, 1, 32, 1 and 20 digits with a newline: 763, rounded
  /// up.
  public static let fileBytes = 1_024
  private static let nameBytes = 32
  private static let header = "liaison-readers/v1"

  private func place(of name: String) -> Int? { readers.firstIndex { $0.name == name } }

  private static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, (0x61...0x7a).contains(first) else { return false }
    return name.utf8.count <= nameBytes
      && name.utf8.allSatisfy {
        (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d
      }
  }

  private static func reader(_ text: String) -> Reader? {
    let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard words.count == 3, isName(words[0]), let number = UInt64(words[2]) else { return nil }
    guard words[1] != "none" else {
      return number == 0 ? Reader(name: words[0]) : nil
    }
    guard let identity = Hex.decode(words[1]), identity.count == Layout.identityBytes else {
      return nil
    }
    return Reader(
      name: words[0],
      confirmed: Confirmed(identity: RandomName(identity), number: number))
  }
}
