internal import FoundationEssentials

/// JSON of varlink messages: compact, keys sorted, slashes not escaped, so that it can be compared.
public enum VarlinkJSON {
  /// - Precondition: every number is finite, as in all models here.
  public static func encode(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return [UInt8](try encoder.encode(value))
    } catch {
      preconditionFailure("the models hold nothing that JSON cannot: \(error)")
    }
  }

  /// The same as a string.
  public static func text(_ value: some Encodable) -> String {
    String(decoding: encode(value), as: UTF8.self)
  }

  /// - Throws: `DecodingError`.
  public static func decode<Value: Decodable>(
    _ type: Value.Type = Value.self, from bytes: [UInt8]
  ) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes))
  }
}
