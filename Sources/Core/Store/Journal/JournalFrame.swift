import Crypto
import Wire

/// The bytes of one write to a journal (Protocols/store.md, 5.1): the beginning of a generation, or
/// one group commit. A frame counts as a whole or not at all.
struct JournalFrame {
  enum Kind: UInt8 {
    case begin = 1
    case commit = 2
  }

  static let magic = Array("liaisonj".utf8)
  static let headerBytes = 48
  /// The bytes of the header that the checksum covers.
  static let checkedBytes = 32

  /// Bytes on disk of a frame with `payloadBytes`: whole pages.
  static func bytes(payload payloadBytes: Int) -> Int {
    (headerBytes + payloadBytes + Layout.journalPage - 1) / Layout.journalPage
      * Layout.journalPage
  }

  /// The frame, padded with zeros to whole pages. `payload` begins with `headerBytes` zeros; when
  /// it comes with room for the padding, and the caller gives it up, nothing is copied.
  static func encode(
    _ kind: Kind, retiresOther: Bool, generation: UInt64, sequence: UInt64, salt: Bytes32,
    reservedPayload: consuming [UInt8]
  ) -> [UInt8] {
    var frame = reservedPayload
    let payloadBytes = frame.count - headerBytes
    var header = magic
    header.append(contentsOf: [kind.rawValue, retiresOther ? 1 : 0, 0, 0])
    header.append(bigEndian: UInt32(payloadBytes))
    header.append(bigEndian: generation)
    header.append(bigEndian: sequence)
    header.append(
      contentsOf: checksum(salt, header.span, frame.span.extracting(headerBytes..<frame.count)))
    for (position, byte) in header.enumerated() { frame[position] = byte }
    let padding = bytes(payload: payloadBytes) - frame.count
    frame.append(contentsOf: repeatElement(0, count: padding))
    return frame
  }

  /// Poly1305 of the payload, with a key of the salt and the header: every frame has its own
  /// (STO-12).
  static func checksum(_ salt: Bytes32, _ header: Span<UInt8>, _ payload: Span<UInt8>) -> [UInt8] {
    var hasher = SHA256()
    salt.withBytes { hasher.update($0) }
    hasher.update(header)
    return Poly1305.tag(payload, key: hasher.finalize().bytes)
  }
}

/// The header of a frame before its payload is known to belong to it.
struct JournalFrameHeader {
  let kind: JournalFrame.Kind
  /// The other journal is no longer needed: the log files have what it holds, synced.
  let retiresOther: Bool
  let payloadBytes: Int
  let generation: UInt64
  let sequence: UInt64
  let bytes: [UInt8]

  /// - Returns: nil if these are not the first bytes of a frame.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == JournalFrame.headerBytes, bytes.starts(with: JournalFrame.magic),
      let kind = JournalFrame.Kind(rawValue: bytes[8]), bytes[9] <= 1,
      bytes[10...11].allSatisfy({ $0 == 0 })
    else { return nil }
    self.kind = kind
    retiresOther = bytes[9] == 1
    payloadBytes = Int(bytes.span.bigEndian(at: 12) as UInt32)
    generation = bytes.span.bigEndian(at: 16)
    sequence = bytes.span.bigEndian(at: 24)
    guard (1...Layout.framesMost).contains(generation), sequence <= Layout.framesMost,
      kind == .begin || payloadBytes <= Layout.commitMost
    else { return nil }
    self.bytes = bytes
  }

  func matches(_ payload: [UInt8], salt: Bytes32) -> Bool {
    let header = bytes.span.extracting(0..<JournalFrame.checkedBytes)
    let wanted = JournalFrame.checksum(salt, header, payload.span)
    return wanted.elementsEqual(bytes[JournalFrame.checkedBytes...])
  }
}

/// The content of a journal's first frame.
struct JournalBeginning {
  let salt: Bytes32
  let heads: [HeadRecord]

  func payload() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: JournalFrame.headerBytes)
    salt.append(to: &bytes)
    bytes.append(bigEndian: UInt32(heads.count))
    for head in heads { head.append(to: &bytes) }
    return bytes
  }

  init(salt: Bytes32, heads: [HeadRecord]) {
    self.salt = salt
    self.heads = heads
  }

  init(_ payload: [UInt8]) throws(WireError) {
    var reader = ByteReader(count: payload.count)
    salt = try reader.bytes32(payload.span)
    let count = try reader.u32(payload.span)
    var heads: [HeadRecord] = []
    for _ in 0..<count { heads.append(try HeadRecord(&reader, payload.span)) }
    try reader.finish()
    self.heads = heads
  }
}
