import Crypto
import Log
import Wire

/// A cosignature and the whole identity of who made it: 32 bits of a key id could be anybody's.
struct NamedCosignature: Equatable {
  var name: NodeName
  var key: CosigningPublicKey
  var time: UInt64
  var signature: Signature

  /// The cosignature as it is kept, and stands in a note.
  var cosignature: Cosignature {
    Cosignature(
      name: name, keyID: Cosignature.keyID(name: name, key: key), time: time, signature: signature)
  }
}

extension NamedCosignature {
  init(_ cosignature: Cosignature, by key: CosigningPublicKey) {
    self.init(
      name: cosignature.name, key: key, time: cosignature.time, signature: cosignature.signature)
  }

  init(from reader: inout MessageReader) throws {
    let bytes = try reader.bytes(Int(try reader.u8()))
    guard let text = String(validating: bytes, as: UTF8.self), let name = try? NodeName(text)
    else { throw MalformedMessage(what: "no name of a node") }
    self.name = name
    key = CosigningPublicKey(try reader.digest().bytes)
    time = try reader.u64()
    signature = try reader.signature()
  }

  func write(to writer: inout ByteWriter) {
    let name = Array(name.text.utf8)
    writer.u8(UInt8(name.count))
    writer.write(name)
    writer.write(key.array)
    writer.u64(time)
    writer.write(signature.array)
  }
}
