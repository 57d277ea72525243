import CJansson
import JSON

/// Any bytes as a record and as a message, compared with what jansson makes of them: nothing is
/// taken that it refuses, and nothing that it takes is refused but by a rule that Protocols/json.md
/// adds. Bytes that were read and written again mean the same.
enum JSONTarget {
  static func run(_ input: inout FuzzInput) { compare(input.rest()) }

  /// - Returns: whether the bytes are a record, and whether they are a message.
  @discardableResult
  static func compare(_ bytes: [UInt8]) -> (isRecord: Bool, isMessage: Bool) {
    let reference = Reference(bytes)
    let message = Result { () throws(JSONProblem) in try JSONText(checking: bytes, by: .message) }
    switch message {
    case .success(let text):
      check(reference != nil, "taken, and refused by the reference")
      rewrite(text, reference)
    case .failure(let problem):
      check(problem.offset <= bytes.count, "a problem behind the end")
      check(
        reference == nil || isOwnRule(problem.kind),
        "refused, and taken by the reference: \(problem)")
    }
    let record = Result { () throws(JSONProblem) in try Record(checking: bytes) }
    switch (record, message) {
    case (.success(let record), .success):
      check(record.bytes == bytes, "a record was changed")
      check(!bytes.contains { $0 < 0x20 && $0 != 0x09 }, "a record that is not one line")
      check(reference?.typeIsText == true, "a record without a type")
      return (true, true)
    case (.success, .failure): check(false, "a record that is no message")
    case (.failure, .success): return (false, true)
    case (.failure, .failure): break
    }
    return (false, false)
  }

  /// Rules beyond RFC 8259 that the reference does not have; and a NUL byte between tokens, which
  /// it takes for the end.
  private static func isOwnRule(_ kind: JSONProblem.Kind) -> Bool {
    switch kind {
    case .tooDeep, .numberTooLong, .numberOutOfRange, .integerOutOfRange, .nulByte: true
    default: false
    }
  }

  private static func rewrite(_ text: JSONText, _ reference: Reference?) {
    var reader = JSONReader(text)
    var writer = JSONWriter()
    copy(&reader, &writer)
    check((try? JSONText(checking: writer.bytes, by: .message)) != nil, "written, and no JSON")
    check(reference?.isEqual(to: Reference(writer.bytes)) == true, "written, and not the same")
  }

  private static func copy(_ reader: inout JSONReader, _ writer: inout JSONWriter) {
    do {
      switch reader.kind {
      case .object:
        try reader.beginObject()
        writer.beginObject()
        while let key = try reader.nextKey() {
          writer.key(text: key)
          copy(&reader, &writer)
        }
        writer.endObject()
      case .array:
        try reader.beginArray()
        writer.beginArray()
        while reader.nextElement() { copy(&reader, &writer) }
        writer.endArray()
      case .string: writer.string(try reader.string())
      case .bool: writer.bool(try reader.bool())
      case .null:
        check(reader.takeNull(), "no null")
        writer.null()
      case .number: writer.raw(reader.raw())
      }
    } catch {
      check(false, "a value is not of its kind")
    }
  }

  static var seeds: [[UInt8]] {
    [
      #"{"type":"a"}"#, #"{"type":"b","n":[1,2.5e3,null,true,{"x":"\u00e9\n"}]}"#, #"{"type":7}"#,
      "[]",
      #" {"type" : "\ud83d\ude00 حسین" , "a" : [ ] , "b" : { } } "#, #"{"type":"x","type":"y"}"#,
      #"{"type":"x","a":1,"\u0061":2}"#,
      #"{"type":"x","n":[1e308,1e-308,-0,9007199254740992,0.1e-9]}"#,
      #"{"type":"x",}"#, #"{"type":"\ud800"}"#, #"{"type":"a\u0000"}"#, "{\n\"type\":\r\"x\"}",
      #"{"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"k":0,"l":0,"m":0,"n":0,"o":0,"p":0,"q":0,"a":0}"#,
      #"{"type":"x","abcdefghijk":1,"abcdefghijl":2,"abcdefgh":3,"abcdefghijk":4}"#,
      #"{"type":"person","v":1,"name":[{"full":"Córdoba","kind":"primary"}],"birthDate":["1945-04-29"]}"#,
    ].map { Array($0.utf8) }
  }
}

/// The same bytes as jansson reads them: strict, no key twice, every number a double.
@safe private final class Reference {
  private let root: UnsafeMutablePointer<json_t>

  /// nil: refused, or no object.
  init?(_ bytes: [UInt8]) {
    let flags = Int(JSON_REJECT_DUPLICATES) | Int(JSON_DECODE_INT_AS_REAL)
    let loaded = unsafe bytes.withUnsafeBytes { buffer in
      unsafe json_loadb(buffer.baseAddress, buffer.count, flags, nil)
    }
    guard let root = unsafe loaded else { return nil }
    unsafe self.root = root
    guard unsafe root.pointee.type == JSON_OBJECT else { return nil }
  }

  deinit { unsafe json_decref(root) }

  var typeIsText: Bool {
    guard let type = unsafe json_object_get(root, "type") else { return false }
    return unsafe type.pointee.type == JSON_STRING
  }

  func isEqual(to other: Reference?) -> Bool {
    guard let other else { return false }
    return unsafe json_equal(root, other.root) == 1
  }
}
