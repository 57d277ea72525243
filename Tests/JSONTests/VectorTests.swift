import Foundation
import JSON
import Testing

@Suite("Protocols/vectors/json.json")
struct VectorTests {
  private struct Vectors: Decodable {
    struct Refused: Decodable {
      let hex: String
      let failure: String
      let offset: Int
    }
    let refused: [Refused]
    let taken: [String]
  }

  @Test("Each is refused with its failure and at its byte, or taken") func vectors() throws {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    let file = folder.appendingPathComponent("Protocols/vectors/json.json")
    let vectors = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
    #expect(vectors.refused.count > 150 && vectors.taken.count > 40)
    for vector in vectors.refused {
      let error = #expect(throws: JSONProblem.self, "\(vector.hex)") {
        try Record(checking: bytes(vector.hex))
      }
      let kind = error.map { "\($0.kind)" } ?? ""
      #expect(kind.prefix { $0 != "(" } == vector.failure, "\(vector.hex)")
      #expect(error?.offset == vector.offset, "\(vector.hex)")
    }
    for hex in vectors.taken { _ = try Record(checking: bytes(hex)) }
  }

  private func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
