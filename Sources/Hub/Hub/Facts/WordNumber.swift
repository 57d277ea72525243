/// A word as it stands in the index of words: 48 bits of FNV-1a, six bytes of a row. No word of
/// anybody is in the index, and two words that share a number by accident, or because somebody
/// looked for them, cost a look at a record, since words are counted in what is shown.
enum WordNumber {
  static func of(_ word: String) -> Int64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in word.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    // Signed, so that all of them take six bytes.
    return Int64(bitPattern: (hash ^ (hash >> 48)) << 16) >> 16
  }
}
