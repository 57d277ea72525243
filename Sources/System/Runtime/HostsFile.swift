/// The text of `/etc/hosts`: what an operator wrote there is found whatever the name service does.
enum HostsFile {
  /// The addresses of `host`, as written, in the order of their lines; at most
  /// `Limits.addressesPerName`.
  ///
  /// A line is an address and names, apart by blanks and tabs, up to `#`. Names are compared
  /// without regard to case, and a dot at the end of `host` counts for nothing.
  static func addresses(of host: String, in text: [UInt8]) -> [String] {
    var wanted = host.utf8.map(lower)
    if wanted.last == UInt8(ascii: ".") { wanted.removeLast() }
    guard !wanted.isEmpty else { return [] }
    var found: [String] = []
    for line in text.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
    {
      let words = line.prefix { $0 != UInt8(ascii: "#") }
        .split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      guard let address = words.first,
        words.dropFirst().contains(where: { $0.lazy.map(lower).elementsEqual(wanted) })
      else { continue }
      found.append(String(decoding: address, as: UTF8.self))
      if found.count == Limits.addressesPerName { break }
    }
    return found
  }

  private static func lower(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}
