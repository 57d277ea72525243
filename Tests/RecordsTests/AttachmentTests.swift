import Crypto
import Foundation
import JSON
import Testing

@testable import Records

@Suite("Protocols/records.md, 10: attachments")
struct AttachmentTests {
  private struct Vectors: Decodable {
    struct Entry: Decodable {
      let index: UInt64
      let grant: UInt64
      let expiryDay: UInt16
      let suite: Int?
      let byte: UInt8?
      let count: Int?

      var seal: AttachmentCheck.Seal {
        AttachmentCheck.Seal(index: index, grant: grant, expiryDay: expiryDay)
      }
    }
    struct Case: Decodable {
      let name: String
      let attachment: String
      let record: Entry
      let chunks: [Entry]
      let result: String
    }
    let attachments: [Case]
  }

  private let vectors: [Vectors.Case]
  private static let record =
    #"{"type":"event","v":1,"id":"x-1","basis":"fact","grade":"B2","handling":["H0"],"purpose":["ct"],"kind":"seizure"}"#

  init() throws {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    let file = folder.appendingPathComponent("Protocols/vectors/records.json")
    vectors = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file)).attachments
  }

  private func file(_ vector: Vectors.Case) throws(AttachmentDefect) -> [UInt8] {
    let text = AttachmentTests.record.dropLast() + #","attachment":["# + vector.attachment + "]}"
    guard let attachment = SharedRecord.read(Array(text.utf8)).common.attachments.first else {
      throw .fields
    }
    var check = try AttachmentCheck(attachment, of: vector.record.seal)
    for chunk in vector.chunks {
      let bytes = [UInt8](repeating: chunk.byte ?? 0, count: chunk.count ?? 0)
      try check.take(bytes, chunk.suite == 3 ? chunk.seal : nil)
    }
    return try check.finish()
  }

  @Test("REC-102: each attachment is whole, or has its class of defect")
  func checked() throws {
    #expect(vectors.count == 19)
    for vector in vectors {
      do throws(AttachmentDefect) {
        let bytes = try file(vector)
        #expect(vector.result == "whole", "\(vector.name)")
        #expect(bytes.count == vector.chunks.reduce(0) { $0 + ($1.count ?? 0) })
      } catch {
        #expect(vector.result == error.rawValue, "\(vector.name)")
      }
    }
    let classes = Set(vectors.map(\.result))
    #expect(
      classes == ["whole", "fields", "range", "audience", "expiry", "size", "hash"])
  }

  @Test("REC-100: entries in their order are joined to the fewest ranges, and read back")
  func ranges() {
    let ranges = EntryRange.joining([3, 4, 5, 9, 11, 12])
    #expect(ranges.map(\.text) == ["3-5", "9", "11-12"])
    #expect(ranges.compactMap { EntryRange($0.text) } == ranges)
    #expect(ranges.map(\.count) == [3, 1, 2])
    #expect(Attachment.chunks(of: 1) == 1 && Attachment.chunks(of: RecordLimits.chunkBytes) == 1)
    #expect(Attachment.chunks(of: RecordLimits.attachmentBytes) == RecordLimits.attachmentChunks)
    #expect(RecordLimits.attachmentChunks == 66)
  }

  @Test("What the tool writes into a record follows every rule, and takes the place of a list")
  func written() throws {
    let hash = Hex.encode(SHA256.hash([1]).array)
    let file = Attachment(
      name: "a \"picture\".jpg", mediaType: "image/jpeg", sha256: hash, bytes: 1_032_192,
      chunks: EntryRange.joining([3, 5]))
    let plain = try Record(checking: Array(AttachmentTests.record.utf8))
    #expect(!RecordAttachments.isIn(plain))
    let with = try Record(checking: RecordAttachments.put([file], into: plain))
    #expect(RecordAttachments.isIn(with))
    let shared = try SharedRecord.check(with.bytes)
    #expect(shared.common.attachments == [file] && shared.problems.isEmpty)
    let again = try Record(checking: RecordAttachments.put([file, file], into: with))
    #expect(SharedRecord.read(again).common.attachments.count == 2)
    let without = RecordAttachments.put([], into: again)
    #expect(without == plain.bytes)
  }
}
