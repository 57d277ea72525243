/// The beginning of a file of secrets: its name and version, padded with zeros to 32 bytes
/// (Protocols/sealing.md, 10).
struct SecretsHead {
  static let bytes = 32
  static let present = SecretsHead("liaison-secrets/v1")
  static let rotated = SecretsHead("liaison-rotated/v1")
  static let rotation = SecretsHead("liaison-rotation/v1")
  static let earlier = SecretsHead("liaison-earlier/v1")

  private let text: [UInt8]

  private init(_ text: String) {
    self.text = Array(text.utf8) + [UInt8](repeating: 0, count: SecretsHead.bytes - text.utf8.count)
  }

  func begins(_ file: Span<UInt8>) -> Bool {
    guard file.count >= SecretsHead.bytes else { return false }
    for index in text.indices where file[index] != text[index] { return false }
    return true
  }

  func write(to output: inout MutableSpan<UInt8>) {
    for index in text.indices { output[index] = text[index] }
  }
}
