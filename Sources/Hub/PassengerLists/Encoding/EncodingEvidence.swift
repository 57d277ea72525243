/// How many lines are UTF-8 and how many are not, and the first field that is not.
/// Protocols/lists.md, LIST-13, LIST-14.
struct EncodingEvidence {
  private var valid = 0
  private var invalid = 0
  private var sample: (line: Int, field: [UInt8])?

  mutating func take(_ line: CutLine) {
    guard !line.isASCII else { return }
    if line.isUTF8 {
      valid += 1
    } else {
      takeInvalid(line.number, EncodingEvidence.field(line))
    }
  }

  mutating func take(_ segment: Segment) {
    guard !segment.isASCII else { return }
    if segment.isUTF8 { valid += 1 } else { takeInvalid(segment.line, segment.bytes) }
  }

  private mutating func takeInvalid(_ line: Int, _ field: [UInt8]) {
    invalid += 1
    if sample == nil { sample = (line, field) }
  }

  /// Something else than UTF-8 is in it, and not just here and there.
  var isOther: Bool {
    invalid > 0 && (valid < ListLimits.convincingLines || valid <= invalid)
  }

  func decide() throws(ListQuestion) {
    if isOther, let sample { throw EncodingEvidence.question(sample.line, sample.field) }
  }

  static func question(_ line: CutLine) -> ListQuestion { question(line.number, field(line)) }

  /// The first that is no UTF-8.
  private static func field(_ line: CutLine) -> [UInt8] {
    for field in 0..<line.count {
      let bytes = Array(line.bytes[line.range(field)])
      if String(validating: bytes, as: UTF8.self) == nil { return bytes }
    }
    return []
  }

  /// - Parameter field: it is shown as each code page reads it.
  private static func question(_ line: Int, _ field: [UInt8]) -> ListQuestion {
    let bytes = Array(field.prefix(ListLimits.shownCharacters))
    let readings = ListEncoding.pages.map { page in
      var transcoder = Transcoder(page)
      let text = String(decoding: transcoder.transcode(bytes), as: UTF8.self)
      return "\(page.rawValue) \(text.shown)"
    }
    let list = readings.joined(separator: ", ")
    return ListQuestion(
      .encoding,
      "The list is not UTF-8, and nothing says what else. A field of line \(line) may be: \(list).",
      hint: "Say which is right, for example --encoding \(ListEncoding.windows1252.rawValue).")
  }
}
