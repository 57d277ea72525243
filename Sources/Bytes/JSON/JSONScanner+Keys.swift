extension JSONScanner {
  /// A key of an object, without its escapes.
  struct Key {
    /// Its first eight bytes, missing ones as zero. No key holds a NUL, so a shorter key never has
    /// the word of a longer one.
    let word: UInt64
    /// Where it begins: in the text, or beyond the text's end in `unescaped`.
    let start: Int
    let count: Int
    /// Its opening quote, for the message.
    let place: Int

    static let typeWord: UInt64 = 0x6570_7974  // "type"
  }

  /// Passes over a key from its opening quote on.
  mutating func key(_ text: Span<UInt8>) throws(JSONProblem) -> Key {
    let place = at
    guard try string(text) else {
      let range = (place + 1)..<(at - 1)
      return Key(
        word: text.prefixWord(range), start: range.lowerBound, count: range.count, place: place)
    }
    let start = unescaped.count
    let end = at
    at = place + 1
    while at < end - 1 {
      if text[at] == UInt8(ascii: "\\") {
        let code = try escape(text)
        if let scalar = Unicode.Scalar(code) { unescaped.append(contentsOf: UTF8.encode(scalar)!) }
      } else {
        unescaped.append(text[at])
        at += 1
      }
    }
    at = end
    let range = start..<unescaped.count
    return Key(
      word: unescaped.span.prefixWord(range), start: text.count + start, count: range.count,
      place: place)
  }

  /// Compares the key with those of its object, while they are few.
  /// - Parameter seen: one bit of 64 for each key so far: most new keys have a bit of their own.
  @inline(__always)
  mutating func add(
    _ key: Key, at place: Int, from firstKey: Int, _ seen: inout UInt64, _ text: Span<UInt8>
  ) throws(JSONProblem) {
    let mixed = (key.word ^ UInt64(key.count)) &* 0x9e37_79b9_7f4a_7c15
    let bit: UInt64 = 1 << (mixed >> 58)
    if seen & bit != 0, keys.count - firstKey < JSONLimits.keysComparedAtOnce {
      for index in firstKey..<keys.count where isSame(keys[index], key, text) {
        throw JSONProblem(.keyTwice, at: place)
      }
    }
    seen |= bit
    keys.append(key)
  }

  /// Compares the keys from `firstKey` on with one another, whatever they are, in n log n.
  mutating func compare(from firstKey: Int, _ text: Span<UInt8>) throws(JSONProblem) {
    if copy.isEmpty { copy = text.array }
    let bytes = copy
    let unescaped = unescaped
    let byte = { (key: Key, offset: Int) -> UInt8 in
      let index = key.start + offset
      return index < bytes.count ? bytes[index] : unescaped[index - bytes.count]
    }
    keys[firstKey...].sort { first, second in
      if first.word != second.word { return first.word < second.word }
      if first.count != second.count { return first.count < second.count }
      var offset = 8
      while offset < first.count {
        let (one, other) = (byte(first, offset), byte(second, offset))
        if one != other { return one < other }
        offset += 1
      }
      return first.place < second.place
    }
    for index in keys.indices[(firstKey + 1)...]
    where isSame(keys[index - 1], keys[index], text) {
      throw JSONProblem(.keyTwice, at: keys[index].place)
    }
  }

  @inline(__always)
  private func isSame(_ first: Key, _ second: Key, _ text: Span<UInt8>) -> Bool {
    guard first.word == second.word, first.count == second.count else { return false }
    var offset = 8
    while offset < first.count {
      guard byte(first, offset, text) == byte(second, offset, text) else { return false }
      offset += 1
    }
    return true
  }

  private func byte(_ key: Key, _ offset: Int, _ text: Span<UInt8>) -> UInt8 {
    let index = key.start + offset
    return index < text.count ? text[index] : unescaped[index - text.count]
  }
}
