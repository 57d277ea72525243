// Strings with and without their escapes, eight bytes at a time: a record inside a message has a
// quote every six bytes, and passes here four times on its way from a file to a reader.
enum Escapes {
  /// The most bytes that `count` bytes of text take when they are escaped, and room to write a
  /// whole word behind them.
  static func escapedCapacity(_ text: Span<UInt8>) -> Int {
    var controls = 0
    for index in text.indices where text[index] < 0x20 { controls += 1 }
    return 2 * text.count + 4 * controls + 8
  }

  /// Appends `text` with what JSON must have escaped.
  /// - Parameter result: with room for `escapedCapacity`.
  static func escape(_ text: Span<UInt8>, into result: inout OutputSpan<UInt8>) {
    precondition(result.freeCapacity >= escapedCapacity(text))
    let start = result.count
    // Behind each place stand at least as many free bytes as the rest of the text may need, and
    // eight.
    unsafe result.withUnsafeMutableBufferPointer { buffer, count in
      let out = UnsafeMutableRawPointer(buffer.baseAddress!)
      var place = start
      var index = 0
      while index < text.count {
        if index <= text.count - 8 {
          let word = text.word(at: index)
          unsafe out.storeBytes(of: word.littleEndian, toByteOffset: place, as: UInt64.self)
          let special = Word.special(word)
          let plain = special == 0 ? 8 : special.trailingZeroBitCount / 8
          index += plain
          place += plain
          if plain == 8 { continue }
        }
        let byte = text[index]
        index += 1
        if byte < 0x20 {
          for escaped in "\\u00".utf8 {
            unsafe out.storeBytes(of: escaped, toByteOffset: place, as: UInt8.self)
            place += 1
          }
          for digit in [byte >> 4, byte & 15] {
            let text = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            unsafe out.storeBytes(of: text, toByteOffset: place, as: UInt8.self)
            place += 1
          }
          continue
        }
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
          unsafe out.storeBytes(of: UInt8(ascii: "\\"), toByteOffset: place, as: UInt8.self)
          place += 1
        }
        unsafe out.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
        place += 1
      }
      count = place
    }
  }

  /// The characters that a checked string means, without its escapes.
  static func unescape(_ text: Span<UInt8>) -> [UInt8] {
    // No escape is shorter than what it stands for; eight more for a whole word behind the last
    // byte.
    [UInt8](capacity: text.count + 8) { (result: inout OutputSpan<UInt8>) in
      unsafe result.withUnsafeMutableBufferPointer { buffer, count in
        let out = UnsafeMutableRawPointer(buffer.baseAddress!)
        var place = 0
        var index = 0
        while index < text.count {
          if index <= text.count - 8 {
            let word = text.word(at: index)
            unsafe out.storeBytes(of: word.littleEndian, toByteOffset: place, as: UInt64.self)
            let backslash = Word.backslash(word)
            let plain = backslash == 0 ? 8 : backslash.trailingZeroBitCount / 8
            index += plain
            place += plain
            if plain == 8 { continue }
          }
          let byte = text[index]
          if byte != UInt8(ascii: "\\") {
            unsafe out.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
            index += 1
            place += 1
            continue
          }
          if index + 1 < text.count, text[index + 1] == UInt8(ascii: "\"") {
            unsafe out.storeBytes(of: UInt8(ascii: "\""), toByteOffset: place, as: UInt8.self)
            index += 2
            place += 1
            continue
          }
          // The scanner decodes it again, so that there is one reading of escapes.
          var scanner = JSONScanner(.message)
          scanner.at = index
          guard let code = try? scanner.escape(text), let scalar = Unicode.Scalar(code),
            let encoded = UTF8.encode(scalar)
          else { break }
          for byte in encoded {
            unsafe out.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
            place += 1
          }
          index = scanner.at
        }
        count = place
      }
    }
  }
}
