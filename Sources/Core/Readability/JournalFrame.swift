import Crypto
import Wire

/// A frame of the file (Protocols/readability.md, READ-16).
struct JournalFrame {
  enum Kind: UInt8 { case state = 1, additions = 2 }

  let kind: Kind
  let generation: UInt64
  let sequence: UInt64
  let payload: Range<Int>

  /// Where the next frame begins.
  var end: Int { JournalFrame.roundedUp(payload.upperBound) }

  static func bytes(payload: Int) -> Int { roundedUp(Layout.frameHeaderBytes + payload) }

  private static func roundedUp(_ bytes: Int) -> Int {
    (bytes + Layout.page - 1) / Layout.page * Layout.page
  }

  static func encode(
    _ kind: Kind, generation: UInt64, sequence: UInt64, _ payload: [UInt8]
  ) -> [UInt8] {
    var frame = Layout.magic
    frame.reserveCapacity(bytes(payload: payload.count))
    frame += [kind.rawValue, 0, 0, 0]
    frame.append(bigEndian: UInt32(payload.count))
    frame.append(bigEndian: generation)
    frame.append(bigEndian: sequence)
    frame += checksum(frame[...], payload[...])
    frame += payload
    frame += [UInt8](repeating: 0, count: bytes(payload: payload.count) - frame.count)
    return frame
  }

  private static func checksum(
    _ head: ArraySlice<UInt8>, _ payload: ArraySlice<UInt8>
  ) -> ArraySlice<UInt8> {
    var hasher = SHA256()
    hasher.update(head.span)
    hasher.update(payload.span)
    return hasher.finalize().array[..<16]
  }

  /// - Parameter offset: of a page of `area`.
  /// - Returns: nil unless a whole frame is there.
  init?(_ area: [UInt8], at offset: Int) {
    let head = offset + 32
    let start = offset + Layout.frameHeaderBytes
    guard start <= area.count, area[offset..<(offset + 8)].elementsEqual(Layout.magic),
      let kind = Kind(rawValue: area[offset + 8]),
      area[(offset + 9)..<(offset + 12)].allSatisfy({ $0 == 0 })
    else { return nil }
    let length = Int(area.span.bigEndian(at: offset + 12) as UInt32)
    guard length <= area.count - start,
      JournalFrame.checksum(area[offset..<head], area[start..<(start + length)])
        .elementsEqual(area[head..<start])
    else { return nil }
    self.kind = kind
    generation = area.span.bigEndian(at: offset + 16)
    sequence = area.span.bigEndian(at: offset + 24)
    payload = start..<(start + length)
  }
}
