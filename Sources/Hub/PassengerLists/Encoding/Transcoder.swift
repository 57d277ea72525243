/// Any encoding as UTF-8, chunk by chunk. A wrong byte or character becomes the byte 0xff, which no
/// UTF-8 has: whoever reads a line finds it there, and knows which line it is.
struct Transcoder: Sendable {
  static let wrong: UInt8 = 0xff

  let encoding: ListEncoding
  private let page: [UInt16]
  /// Bytes of a mark at the beginning that are no text.
  private var skipped: Int
  private var half: UInt8?
  private var highSurrogate: UInt32?

  init(_ encoding: ListEncoding, skipping bytes: Int = 0) {
    self.encoding = encoding
    page = encoding.page ?? []
    skipped = bytes
  }

  mutating func transcode(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    if skipped > 0 {
      let count = min(skipped, bytes.count)
      bytes.removeFirst(count)
      skipped -= count
    }
    switch encoding {
    case .utf8: return bytes
    case .utf16LittleEndian, .utf16BigEndian: return fromUTF16(bytes)
    default: return fromPage(bytes)
    }
  }

  /// Ends the text: half of a character that is left is wrong.
  mutating func end() -> [UInt8] {
    defer { (half, highSurrogate) = (nil, nil) }
    return half != nil || highSurrogate != nil ? [Transcoder.wrong] : []
  }

  private func fromPage(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + bytes.count / 2)
    for byte in bytes {
      if byte < 0x80 {
        text.append(byte)
      } else {
        let point = page[Int(byte) - 0x80]
        if point == 0 { text.append(Transcoder.wrong) } else { text.append(point: UInt32(point)) }
      }
    }
    return text
  }

  private mutating func fromUTF16(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    for byte in bytes {
      guard let first = half else {
        half = byte
        continue
      }
      half = nil
      let isLittle = encoding == .utf16LittleEndian
      let unit = isLittle ? UInt32(byte) << 8 | UInt32(first) : UInt32(first) << 8 | UInt32(byte)
      take(unit, &text)
    }
    return text
  }

  private mutating func take(_ unit: UInt32, _ text: inout [UInt8]) {
    let isLow = (0xdc00...0xdfff).contains(unit)
    if let high = highSurrogate {
      highSurrogate = nil
      if isLow {
        text.append(point: 0x10000 + (high - 0xd800) << 10 + (unit - 0xdc00))
        return
      }
      text.append(Transcoder.wrong)
    }
    if (0xd800...0xdbff).contains(unit) {
      highSurrogate = unit
    } else if isLow {
      text.append(Transcoder.wrong)
    } else {
      text.append(point: unit)
    }
  }
}

extension [UInt8] {
  /// - Parameter point: a scalar's value.
  fileprivate mutating func append(point: UInt32) {
    func tail(_ shift: UInt32) -> UInt8 { UInt8(point >> shift & 0x3f) | 0x80 }
    switch point {
    case ..<0x80: append(UInt8(point))
    case ..<0x800:
      append(UInt8(point >> 6) | 0xc0)
      append(tail(0))
    case ..<0x10000:
      append(UInt8(point >> 12) | 0xe0)
      append(tail(6))
      append(tail(0))
    default:
      append(UInt8(point >> 18) | 0xf0)
      append(tail(12))
      append(tail(6))
      append(tail(0))
    }
  }
}
