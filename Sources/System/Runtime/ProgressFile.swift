/// A number in a file, written over at each step: what a process that ends by a trap was at.
public final class ProgressFile {
  private let file: Descriptor

  /// Empties the file, or makes it with mode 0644.
  public init(_ path: String) throws(SystemError) {
    file = try Descriptor.open(path, [.writing, .creating, .notThroughLink], mode: 0o644)
    try file.truncate(toBytes: 0)
  }

  /// Writes the number as 20 digits and a line feed; nothing is synced.
  public func write(_ number: UInt64) throws(SystemError) {
    let digits = String(number)
    let text = String(repeating: "0", count: 20 - digits.utf8.count) + digits + "\n"
    try file.write(Array(text.utf8).span, at: 0)
  }
}
