public import Crypto
public import Text

/// A node's public identity, verified: a signed text that operators exchange
/// (Protocols/card.md, 2).
public struct Card: Hashable, Sendable {
  /// The serial, from 1; of two cards of one origin the higher serial is newer.
  public let serial: UInt64
  /// Names the log; its name is the card's `name` line.
  public let origin: Origin
  /// Signed this card. One for the epoch.
  public let log: LogPublicKey
  /// Another than the log key (CARD-5).
  public let cosigning: CosigningPublicKey
  /// Partners wrap audience keys to it.
  public let sealing: SealingPublicKey
  /// Another than the sealing key; proves the node in handshakes.
  public let transport: TransportPublicKey
  /// The hash of the key that may open the epoch after this one: the same in every card of one log,
  /// for ever.
  public let opening: OpeningKeyHash
  /// `HOST:PORT`, if the node can be dialled.
  public let address: String?
  /// The file's exact bytes: text, blank line, one signature line.
  public let note: [UInt8]

  /// The origin's, which the parse compared with the `name` line.
  public var name: NodeName { origin.name }
  /// Hashes on each call: keep it where many are asked for.
  public var identity: LogIdentity { LogIdentity(origin: origin, key: log) }
  /// Hashes on each call. The address is not in it.
  public var fingerprint: Fingerprint { Fingerprint(card: self) }

  /// Signs a card.
  /// - Parameter sign: Ed25519 by the log key over the given bytes.
  public static func make(
    serial: UInt64, origin: Origin, log: LogPublicKey, cosigning: CosigningPublicKey,
    sealing: SealingPublicKey, transport: TransportPublicKey, opening: OpeningKeyHash,
    address: String?, sign: (Span<UInt8>) -> Signature
  ) throws(CardError) -> Card {
    var text = keyLines(serial, origin, log, cosigning, sealing, transport, opening)
    if let address { text += "address \(address)\n" }
    let bytes = Array(text.utf8)
    let identity = LogIdentity(origin: origin, key: log)
    let line = NoteSignature(
      name: origin.text, keyID: identity.noteKeyID, signature: sign(bytes.span).array)
    return try parse(Note(text: bytes, signatures: [line]).encode())
  }

  /// Parses and verifies a card file.
  public static func parse(_ bytes: [UInt8]) throws(CardError) -> Card {
    guard bytes.count <= LogLimits.cardBytes else { throw .tooLong }
    let note: Note
    do { note = try Note(parsing: bytes) } catch { throw .note(error) }
    var lines = TextLines(note.text)
    guard lines.next() == "liaison-card/v1" else { throw .header }
    guard let serial = lines.value(of: "serial").flatMap({ Decimal.parse($0) }), serial > 0
    else { throw .line("serial") }
    guard let name = lines.value(of: "name").flatMap({ try? NodeName($0) })
    else { throw .line("name") }
    guard let origin = lines.value(of: "origin").flatMap({ try? Origin($0) }), origin.name == name
    else { throw .line("origin") }
    let log: LogPublicKey = try key(&lines, "log")
    let cosigning: CosigningPublicKey = try key(&lines, "cosign")
    let sealing: SealingPublicKey = try key(&lines, "seal")
    let transport: TransportPublicKey = try key(&lines, "transport")
    guard
      let opening = lines.value(of: "opening").flatMap({ Base64.decode($0) })
        .flatMap({ OpeningKeyHash($0) })
    else { throw .line("opening") }
    let address = lines.value(of: "address")
    if let address, !isAddress(address) { throw .line("address") }
    guard lines.isAtEnd else { throw .extraLine }
    guard log.bytes != cosigning.bytes, sealing.bytes != transport.bytes else { throw .sharedKey }
    guard note.signatures.count == 1, let line = note.signatures.first else { throw .signatures }
    let identity = LogIdentity(origin: origin, key: log)
    guard line.keyID == identity.noteKeyID, line.name == origin.text,
      let signature = Signature(line.signature), log.verify(signature, over: note.text.span)
    else { throw .badSignature }
    return Card(
      serial: serial, origin: origin, log: log, cosigning: cosigning, sealing: sealing,
      transport: transport, opening: opening, address: address, note: bytes)
  }

  /// Parses and verifies a card as a file brings it, which mail or an editor may have given other
  /// line ends, a byte order mark or an empty line: none of these can stand in a card's own bytes,
  /// so that taking them away has one result (Protocols/card.md, CARD-12).
  public static func parse(file bytes: [UInt8]) throws(CardError) -> Card {
    guard bytes.count <= LogLimits.cardFileBytes else { throw .tooLong }
    do {
      return try parse(TextFile(bytes).canonical)
    } catch let problem as TextProblem {
      throw .text(problem)
    } catch let error as CardError {
      throw error
    } catch {
      throw .header
    }
  }

  /// True when this card is of the same node with a higher (epoch, serial). It says nothing about
  /// whether it may be believed.
  public func isNewer(than other: Card) -> Bool {
    name == other.name && (origin.epoch, serial) > (other.origin.epoch, other.serial)
  }

  /// True when this card may take the place of `other`, of the same log: a higher serial, by no
  /// more than the limit, and the same opening key (Protocols/card.md, CARD-9 and CARD-32).
  public func succeeds(_ other: Card) -> Bool {
    identity == other.identity && opening == other.opening && serial > other.serial
      && serial - other.serial <= LogLimits.serialGrowth
  }

  /// True when both are of one log and name two opening keys: its author made two commitments where
  /// one is for ever.
  public func contradicts(_ other: Card) -> Bool {
    identity == other.identity && opening != other.opening
  }

  /// The signed text without the address line.
  var fingerprintedText: String {
    Card.keyLines(serial, origin, log, cosigning, sealing, transport, opening)
  }

  /// The next line's key. One that agrees on the same secret with everybody, or that verifies
  /// anything, is none.
  private static func key<Key: CheckedPublicKey>(
    _ lines: inout TextLines, _ name: String
  ) throws(CardError) -> Key {
    guard let key = lines.value(of: name).flatMap({ Base64.decode($0) }).flatMap({ Key($0) })
    else { throw .line(name) }
    guard key.isSound else { throw .unsoundKey(name) }
    return key
  }

  private static func keyLines(
    _ serial: UInt64, _ origin: Origin, _ log: LogPublicKey, _ cosigning: CosigningPublicKey,
    _ sealing: SealingPublicKey, _ transport: TransportPublicKey, _ opening: OpeningKeyHash
  ) -> String {
    """
    liaison-card/v1
    serial \(serial)
    name \(origin.name.text)
    origin \(origin.text)
    log \(Base64.encode(log.array))
    cosign \(Base64.encode(cosigning.array))
    seal \(Base64.encode(sealing.array))
    transport \(Base64.encode(transport.array))
    opening \(Base64.encode(opening.array))

    """
  }

  /// True when `text` is a host name, an IPv4 address or an IPv6 address in brackets, with a port
  /// from 1 to 65535.
  public static func isAddress(_ text: String) -> Bool {
    guard text.utf8.count <= LogLimits.addressBytes,
      let colon = text.utf8.lastIndex(of: 0x3a),
      let port = Decimal.parse(text[text.utf8.index(after: colon)...]), (1...65535).contains(port)
    else { return false }
    var host = text[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.utf8.count > 2
    if isBracketed { host = host.dropFirst().dropLast() }
    return !host.isEmpty
      && host.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2e: true
        case 0x2d: !isBracketed
        case 0x3a: isBracketed
        default: false
        }
      }
  }
}

/// Why bytes are no card. Nothing of a refused card is believed.
public enum CardError: Error, Hashable, Sendable {
  /// The file is no text.
  case text(TextProblem)
  /// More than 2 KiB.
  case tooLong
  case note(NoteError)
  /// The first line is not `liaison-card/v1`.
  case header
  /// This line is missing, out of its place or has a malformed value.
  case line(String)
  /// The key in this line is not canonical or of small order.
  case unsoundKey(String)
  /// Something after the last line of a card.
  case extraLine
  /// The log key is also the cosigning key, or the sealing key also the transport key.
  case sharedKey
  /// Not exactly one signature line.
  case signatures
  case badSignature
}
