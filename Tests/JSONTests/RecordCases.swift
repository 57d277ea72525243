import JSON

/// Texts that are no record, each with its problem and the byte at which that is
/// (Protocols/json.md).
enum RecordCases {
  typealias Case = (text: [UInt8], kind: JSONProblem.Kind, offset: Int)

  static let refused: [Case] = structure + texts + numbers + encodings + members

  private static func at(_ text: String, _ kind: JSONProblem.Kind, _ offset: Int) -> Case {
    (Array(text.utf8), kind, offset)
  }

  /// `value` as member `a`, whose first byte is at 16.
  private static func value(_ text: String, _ kind: JSONProblem.Kind, _ offset: Int = 0) -> Case {
    at(#"{"type":"x","a":"# + text + "}", kind, 16 + offset)
  }

  static let structure: [Case] = [
    at("", .empty, 0), at(" \t ", .empty, 0), at("[]", .notAnObject, 0),
    at(#""type""#, .notAnObject, 0), at("null", .notAnObject, 0), at("7", .notAnObject, 0),
    at("}", .notAnObject, 0), at("{", .endsInside, 1), at(#"{"type"#, .endsInside, 6),
    at(#"{"type""#, .endsInside, 7), at(#"{"type":"#, .endsInside, 8),
    at(#"{"type":"x""#, .endsInside, 11), at(#"{"type":"x","#, .endsInside, 12),
    at(#"{"type":"x",}"#, .commaTooMany, 11), at(#"{"type":"x","a":[1,]}"#, .commaTooMany, 18),
    at(#"{"type":"x","a":[1,,2]}"#, .valueMissing, 19), at(#"{,"type":"x"}"#, .keyMissing, 1),
    at(#"{"type":"x","a":[,1]}"#, .valueMissing, 17), at(#"{"type":"x" "a":1}"#, .commaMissing, 12),
    at(#"{"type":"x","a":[1 2]}"#, .commaMissing, 19), at(#"{"type" "x"}"#, .colonMissing, 8),
    at(#"{"type"::"x"}"#, .valueMissing, 8), at(#"{"type":"x",,"a":1}"#, .keyMissing, 12),
    at(#"{type:"x"}"#, .keyMissing, 1), at("{'type':'x'}", .keyMissing, 1),
    at(#"{1:2}"#, .keyMissing, 1), at(#"{"type":"x"/*c*/}"#, .commaMissing, 11),
    at(#"{"type":"x"} // c"#, .moreAfterTheEnd, 13),
    at(#"{"type":"x"} oops"#, .moreAfterTheEnd, 13),
    at(#"{"type":"x"}{"type":"y"}"#, .moreAfterTheEnd, 12),
    at(#"{"type":"x"}}"#, .moreAfterTheEnd, 12),
    at(#"{"type":"x"},"#, .moreAfterTheEnd, 12), at(#"{"type":"x","a":[1}"#, .commaMissing, 18),
    at(#"{"type":"x","a":{"b":1]}"#, .commaMissing, 22), value("TRUE", .wrongLiteral),
    value("tru", .wrongLiteral), value("nul", .wrongLiteral), value("nulL", .wrongLiteral),
    value("falsey", .commaMissing, 5), value("NaN", .wrongLiteral),
    value("Infinity", .wrongLiteral),
    value("undefined", .wrongLiteral), value("'x'", .valueMissing), value("#", .valueMissing),
    at("{\"type\":\n\"x\"}", .lineBreak, 8), at("{\"type\":\"x\"}\r", .lineBreak, 12),
    at("\r{\"type\":\"x\"}", .lineBreak, 0),
    at("\u{0c}{\"type\":\"x\"}", .controlCharacter(0x0c), 0),
    at("{\"type\":\u{0b}\"x\"}", .controlCharacter(0x0b), 8),
    at("\u{a0}{\"type\":\"x\"}", .notAnObject, 0),
    at("{\u{2028}\"type\":\"x\"}", .keyMissing, 1),
    value(String(repeating: "[", count: 64) + String(repeating: "]", count: 64), .tooDeep, 63),
    value(String(repeating: "{\"a\":", count: 64) + "1", .tooDeep, 5 * 63),
    value(String(repeating: "[", count: 30_000), .tooDeep, 63),
  ]

  static let texts: [Case] = [
    value(#""abc"#, .endsInside, 5), value(#""\"#, .wrongEscape, 1),
    value(#""\x41""#, .wrongEscape, 1),
    value(#""\'""#, .wrongEscape, 1), value(#""\a""#, .wrongEscape, 1),
    value(#""\0""#, .wrongEscape, 1),
    value(#""\U0041""#, .wrongEscape, 1), value(#""\u00g1""#, .wrongEscape, 1),
    value(#""\u12""#, .wrongEscape, 1), value(#""\u+123""#, .wrongEscape, 1),
    value(#""\ud800""#, .halfSurrogate, 1), value(#""\udc00""#, .halfSurrogate, 1),
    value(#""\ud800\ud800""#, .halfSurrogate, 1), value(#""\ud800x""#, .halfSurrogate, 1),
    value(#""\ud800\n""#, .halfSurrogate, 1), value(#""\udc00\ud800""#, .halfSurrogate, 1),
    value(#""a\u0000b""#, .nulCharacter, 2), value(#""\uD83D\uDE00\uDE00""#, .halfSurrogate, 13),
    value("\"a\tb\"", .controlCharacter(9), 2), value("\"a\u{1b}[2J\"", .controlCharacter(0x1b), 2),
    value("\"a\nb\"", .lineBreak, 2), value("\"a\rb\"", .lineBreak, 2),
    value("\"a\0b\"", .nulByte, 2),
    value("\"a\u{1f}\"", .controlCharacter(0x1f), 2),
    at("{\"ty\u{1}pe\":1}", .controlCharacter(1), 4),
    at(#"{"\ud800":1}"#, .halfSurrogate, 2), at(#"{"\q":1}"#, .wrongEscape, 2),
  ]

  static let numbers: [Case] = [
    value("01", .wrongNumber), value("-01", .wrongNumber), value("00", .wrongNumber),
    value("+1", .wrongNumber), value("-", .wrongNumber), value("--1", .wrongNumber),
    value(".5", .wrongNumber), value("-.5", .wrongNumber), value("1.", .wrongNumber),
    value("1.e1", .wrongNumber), value("1e", .wrongNumber), value("1e+", .wrongNumber),
    value("1e.5", .wrongNumber), value("0x1", .commaMissing, 1), value("1_000", .commaMissing, 1),
    value("1.2.3", .commaMissing, 3), value("1e1.5", .commaMissing, 3),
    value("1f", .commaMissing, 1),
    value("-a", .wrongNumber), value("1,000e1,", .keyMissing, 2),
    value("1e400", .numberOutOfRange), value("-1e400", .numberOutOfRange),
    value("1e308", .numberOutOfRange), value("10e307", .numberOutOfRange),
    value("1e-400", .numberOutOfRange), value("1e-308", .numberOutOfRange),
    value("0.1e-307", .numberOutOfRange), value("0.0001e-304", .numberOutOfRange),
    value("1e99999999999999999999999999", .numberOutOfRange),
    value("1e-99999999999999999999999999", .numberOutOfRange),
    value("9007199254740992", .integerOutOfRange), value("-9007199254740992", .integerOutOfRange),
    value("12345678901234567890", .integerOutOfRange),
    value("99999999999999999999999999", .integerOutOfRange),
    value(String(repeating: "9", count: 65), .numberTooLong),
    value(String(repeating: "9", count: 400), .numberTooLong),
    value("0." + String(repeating: "1", count: 63), .numberTooLong),
    value("1e" + String(repeating: "0", count: 63), .numberTooLong),
  ]

  static let encodings: [Case] = [
    ([0xef, 0xbb, 0xbf] + Array(#"{"type":"x"}"#.utf8), .byteOrderMark, 0),
    ([0xff, 0xfe] + Array(#"{"type":"x"}"#.utf16).flatMap { [UInt8($0), 0] }, .notUTF8, 0),
    (Array(#"{"type":"x"}"#.utf16).flatMap { [UInt8($0), 0] }, .nulByte, 1),
    (Array(#"{"type":"x"}"#.utf16).flatMap { [0, UInt8($0)] }, .nulByte, 0),
    (Array(#"{"type":"x"}"#.utf16).flatMap { [UInt8($0), 0, 0, 0] }, .nulByte, 1),
    (Array(#"{"type":"x"}"#.utf8) + [0], .nulByte, 12),
    utf8([0xff]), utf8([0x80]), utf8([0xc0, 0xaf]), utf8([0xc1, 0xbf]), utf8([0xc3]),
    utf8([0xc3, 0x28]), utf8([0xe0, 0x80, 0xaf]), utf8([0xe0, 0x9f, 0xbf]), utf8([0xe2, 0x82]),
    utf8([0xed, 0xa0, 0x80]), utf8([0xed, 0xbf, 0xbf]), utf8([0xf0, 0x80, 0x80, 0x80]),
    utf8([0xf0, 0x8f, 0xbf, 0xbf]), utf8([0xf0, 0x9f, 0x98]), utf8([0xf4, 0x90, 0x80, 0x80]),
    utf8([0xf5, 0x80, 0x80, 0x80]), utf8([0xf8, 0x88, 0x80, 0x80, 0x80]),
    (Array(#"{"type":"x","a":1"#.utf8) + [0xff, 0x7d], .notUTF8, 17),
  ]

  private static func utf8(_ bytes: [UInt8]) -> Case {
    (Array(#"{"type":"x","a":"b"#.utf8) + bytes + Array("\"}".utf8), .notUTF8, 18)
  }

  static let members: [Case] = [
    at("{}", .typeMissing, 0), at(#"{"Type":"x"}"#, .typeMissing, 0),
    at(#"{"a":{"type":"x"}}"#, .typeMissing, 0), at(#"{"type ":"x"}"#, .typeMissing, 0),
    at(#"{"type":1}"#, .typeNotText, 8), at(#"{"type":null}"#, .typeNotText, 8),
    at(#"{"type":["x"]}"#, .typeNotText, 8), at(#"{"type":"x","type":"y"}"#, .keyTwice, 12),
    at(#"{"type":5,"type":"x"}"#, .keyTwice, 10), at(#"{"type":"x","type":5}"#, .keyTwice, 12),
    at(#"{"type":"x","t\u0079pe":"x"}"#, .keyTwice, 12),
    at(#"{"type":"x","a":1,"a":1}"#, .keyTwice, 18),
    at(#"{"type":"x","a":1,"\u0061":1}"#, .keyTwice, 18),
    at(#"{"type":"x","":1,"":1}"#, .keyTwice, 17), at(#"{"type":"x","/":1,"\/":1}"#, .keyTwice, 18),
    at(#"{"type":"x","é":1,"\u00E9":1}"#, .keyTwice, 19),
    at(#"{"type":"x","😀":1,"\ud83d\ude00":1}"#, .keyTwice, 21),
    at(#"{"type":"x","a":{"b":[{"c":1,"c":2}]}}"#, .keyTwice, 29),
    at(#"{"type":"x","abcdefghij":1,"abcdefghij":1}"#, .keyTwice, 27),
    at(many(17, then: #","k3":1"#), .keyTwice, many(17, then: "").utf8.count),
    at(many(5_000, then: #","k\u0033":1"#), .keyTwice, many(5_000, then: "").utf8.count),
    at(many(5_000, then: #","type":1"#), .keyTwice, many(5_000, then: "").utf8.count),
    (
      Array(#"{"type":"\#(String(repeating: "a", count: 65_526))"}"#.utf8), .tooLong(bytes: 65_537),
      65_536
    ),
  ]

  /// A record with members k0, k1, …, and `rest` behind them.
  static func many(_ count: Int, then rest: String) -> String {
    #"{"type":"x""# + (0..<count).map { #","k\#($0)":1"# }.joined() + rest + "}"
  }

  static let taken: [[UInt8]] =
    [
      #"{"type":"x"}"#, #" {"type" : "x" } "#, "\t{\t\"type\"\t:\t\"x\"\t}\t", #"{"type":""}"#,
      #"{"t\u0079pe":"x"}"#, #"{"a":{"type":5},"type":"x"}"#, #"{"type":"x","a":[]}"#,
      #"{"type":"x","a":{}}"#, #"{"type":"x","a":[[],{},"",0,true,false,null]}"#,
      #"{"type":"x","":1}"#,
      #"{"type":"x","a":{"a":1},"b":{"a":1}}"#, #"{"type":"x","a":1,"A":1,"aa":1}"#,
      #"{"type":"x","abcdefgh":1,"abcdefghi":1,"abcdefghj":1}"#,
      #"{"type":"\"\\\/\b\f\n\r\t\u0041"}"#,
      #"{"type":"\ud83d\ude00"}"#, #"{"type":"\uFFFF\u2028\u202e\u200b"}"#,
      "{\"type\":\"\u{7f}\u{85}\u{2028}\u{feff}\"}",
      "{\"type\":\"\u{ffff}\u{10fffe}\"}", #"{"type":"حسین موسوی","n":"Córdoba 漢字 😀"}"#,
      many(16, then: ""), many(17, then: ""), many(5_000, then: ""),
      "{\"type\":\"x\",\"a\":" + String(repeating: "[", count: 63)
        + String(repeating: "]", count: 63) + "}",
      #"{"type":"\#(String(repeating: "a", count: 65_525))"}"#,
    ].map { Array($0.utf8) } + takenNumbers

  private static let takenNumbers = [
    "0", "-0", "0.0", "-0.0", "0e99999", "0e-99999", "0.000e5", "1", "-1", "10", "1.5", "1e5",
    "1E5", "1e+5", "1e-5",
    "1.25E-10", "9007199254740991", "-9007199254740991", "9.999999e307", "1e-307", "0.1e308",
    "1000e304", "0.001e-304",
    "123456789012345678901234567890.0", "0.1234567890123456789012345678901234567890",
    "0." + String(repeating: "1", count: 62), "9007199254740992.0", "9007199254740993e0",
  ].map { Array(#"{"type":"x","n":\#($0)}"#.utf8) }
}
