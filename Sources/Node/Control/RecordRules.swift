/// Why a line is no record. `reason` completes the sentence "line 5 …".
public enum RecordProblem: Error, Hashable, Sendable {
  case empty
  case tooLong(bytes: Int)
  case notUTF8
  case lineBreakInside
  case notOneObject
  case noType

  public var reason: String {
    switch self {
    case .empty: "is empty"
    case .tooLong(let bytes):
      "is \(bytes) bytes long; a record has at most \(ControlLimits.recordBytes)"
    case .notUTF8: "is not UTF-8"
    case .lineBreakInside: "holds a line break"
    case .notOneObject: "is not one JSON object"
    case .noType: "has no \"type\" that is a string"
    }
  }
}

/// A record is one JSON object on one line with a string `type`, UTF-8, at most 64 KiB
/// (Protocols/control.md, 4). It is checked and never changed: what is published are its exact bytes.
public enum RecordRules {
  /// - Parameter line: without its line feed.
  public static func check(_ line: [UInt8]) throws(RecordProblem) -> String {
    guard line.count <= ControlLimits.recordBytes else { throw .tooLong(bytes: line.count) }
    guard let text = String(validating: line, as: UTF8.self) else { throw .notUTF8 }
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
    guard let start = line.first(where: { !isSpace($0) }) else { throw .empty }
    guard !line.contains(0x0a) else { throw .lineBreakInside }
    guard start == UInt8(ascii: "{") else { throw .notOneObject }
    let object: Object
    do { object = try ControlJSON.decode(Object.self, from: line) } catch { throw .notOneObject }
    guard object.hasType else { throw .noType }
    return text
  }

  public static func check(text: String) throws(RecordProblem) {
    _ = try check(Array(text.utf8))
  }

  /// Visits every value: the decoder itself looks only at what it is asked for.
  private struct Object: Decodable {
    var hasType = false

    init(from decoder: any Decoder) throws {
      let object = try decoder.container(keyedBy: AnyKey.self)
      for key in object.allKeys {
        let value = try object.decode(AnyJSON.self, forKey: key)
        if key.stringValue == "type", value.isString { hasType = true }
      }
    }
  }

  /// What records mostly hold is tried first: each wrong guess costs an error.
  private struct AnyJSON: Decodable {
    var isString = false

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if value.decodeNil() { return }
      if (try? value.decode(String.self)) != nil {
        isString = true
        return
      }
      if (try? value.decode(Double.self)) != nil || (try? value.decode(Bool.self)) != nil { return }
      if let object = try? decoder.container(keyedBy: AnyKey.self) {
        for key in object.allKeys { _ = try object.decode(AnyJSON.self, forKey: key) }
        return
      }
      var array = try decoder.unkeyedContainer()
      while !array.isAtEnd { _ = try array.decode(AnyJSON.self) }
    }
  }
}

/// A key of an object whose keys are not known beforehand.
struct AnyKey: CodingKey {
  let stringValue: String
  let intValue: Int? = nil

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
