import CNettle
import CSodium
import Crypto
import Log
import Sealing
import Secrets

/// The cost of one operation, on one thread, with everything in the cache.
enum CryptoCase {
  static func run() throws -> JSON {
    Sodium.ready()
    var random = SystemRandom()
    let secrets = NodeSecrets.generate()
    return .object([
      ("signatures", signatures(secrets, &random)),
      ("records512", try records(&random)),
      ("grant500", try GrantFigures.measure()),
      ("sha256", .object([217, 512].map { ("bytes\($0)", hashes(random.bytes($0))) })),
      ("blake2bNanoseconds", blake2b(&random)),
      ("aead", aead(&random)),
    ])
  }

  private static func signatures(_ secrets: NodeSecrets, _ random: inout SystemRandom) -> JSON {
    let header = random.bytes(EntryLayout.headerBytes)
    let signature = secrets.log.sign(header.span)
    let key = secrets.log.publicKey
    let sign = nanoseconds { Int(secrets.log.sign(header.span).array[0]) }
    let verify = nanoseconds { key.verify(signature, over: header.span) ? 1 : 0 }
    return .object([
      ("signNanoseconds", .figure(sign)), ("verifyNanoseconds", .figure(verify)),
      ("signsPerSecond", .figure(1e9 / sign)), ("verificationsPerSecond", .figure(1e9 / verify)),
    ])
  }

  /// A record of 512 bytes, from its text to the stored body and back.
  private static func records(_ random: inout SystemRandom) throws -> JSON {
    let record = random.bytes(512)
    let key = AudienceKey.generate(using: &random)
    let genesis = try SignedLog.genesis(NodeSecrets.generate())
    var place = genesis.batch.header(at: 0)
    place.index = 17
    var system = SystemRandom()
    var body: [UInt8] = []
    let seal = nanoseconds {
      body.removeAll(keepingCapacity: true)
      return key.withBytes { key in
        Int(
          RecordSeal.seal(
            record.span, at: place, audienceKey: key, using: &system, appendingTo: &body
          ).array[0])
      }
    }
    let open = try openNanoseconds(record)
    return .object([
      ("bodyBytes", .count(body.count)), ("sealNanoseconds", .figure(seal)),
      ("openNanoseconds", .figure(open)),
    ])
  }

  /// Through the reader's audience book, as `tail` does.
  private static func openNanoseconds(_ record: [UInt8]) throws -> Double {
    let secrets = NodeSecrets.generate()
    var random = SystemRandom()
    let genesis = try SignedLog.genesis(secrets)
    let state = try LogState(empty: genesis.card.identity).accept(genesis.batch).after
    let book = AudienceBook(identity: genesis.card.identity)
    book.advance(to: 1)
    let mixed = SlotSecrets(author: secrets.author) { _ in nil }
    let plan = try book.plan(to: [], author: secrets.sealing.publicKey, secrets: mixed, now: 0)
    guard case .open(let draft) = plan.step else { throw BenchError("a new book has no audience") }
    var builder = EntryBuilder(state: state)
    let place = builder.nextHeader(kind: .grant, time: 1, bodyBytes: 0)
    let grant = try book.makeGrant(draft, at: place, secrets: mixed, using: &random)
    let index = builder.append(kind: .grant, time: 1, body: grant)
    let header = builder.withHeader(at: 0) { EntryHeader(parsing: $0) }
    let sealing = Held(secrets.sealing.withSeed { SealingSecretKey(seed: $0) })
    book.handleGrant(
      header: header, body: grant,
      keys: GrantKeys(sealing: [sealing], authorSecrets: [secrets.author]))
    let next = builder.nextHeader(
      kind: .record, time: 1, bodyBytes: RecordSeal.bodyBytes(for: record.count))
    var body: [UInt8] = []
    let tag = book.seal(record.span, to: index, at: next, using: &random, appendingTo: &body)
    builder.append(kind: .record, time: 1, audienceTag: tag, body: body)
    book.advance(to: builder.nextIndex)
    let sealed = builder.withHeader(at: 1) { EntryHeader(parsing: $0) }
    let associatedData = sealed.associatedData()
    guard
      case .opened = book.open(
        index: sealed.index, associatedData: associatedData.span, body: body.span)
    else { throw BenchError("the record does not open") }
    return nanoseconds {
      guard
        case .opened(let text, _) = book.open(
          index: sealed.index, associatedData: associatedData.span, body: body.span)
      else { return 0 }
      return text.count
    }
  }

  private static func hashes(_ message: [UInt8]) -> JSON {
    let nettle = nanoseconds { SHA256.hash(message.span).withBytes { Int($0[0]) } }
    var output = [UInt8](repeating: 0, count: 32)
    let sodium = nanoseconds {
      _ = unsafe crypto_hash_sha256(&output, message, UInt64(message.count))
      return Int(output[0])
    }
    return .object([
      ("nettleNanoseconds", .figure(nettle)), ("libsodiumNanoseconds", .figure(sodium)),
      ("libsodiumToNettle", .figure(sodium / nettle)),
    ])
  }

  private static func blake2b(_ random: inout SystemRandom) -> JSON {
    let key = random.bytes(32)
    return .object(
      [64, 512].map { bytes in
        let message = random.bytes(bytes)
        return (
          "bytes\(bytes)",
          .figure(
            nanoseconds { BLAKE2b.hash256(key: key.span, message).withBytes { Int($0[0]) } })
        )
      })
  }

  /// The transport's cipher over records of 64 KiB, and the records' own over 512 bytes.
  private static func aead(_ random: inout SystemRandom) -> JSON {
    let key = random.bytes(32)
    let none: [UInt8] = []
    var buffer = random.bytes(65_000)
    buffer.reserveCapacity(buffer.count + ChaChaPoly.tagBytes)
    let plain = buffer.count
    let chacha = nanoseconds {
      ChaChaPoly.seal(&buffer, from: 0, key: key.span, nonce: .zero, associatedData: none.span)
      buffer.removeLast(ChaChaPoly.tagBytes)
      return Int(buffer[0])
    }
    let nonce = random.bytes(24)
    let record = random.bytes(512)
    let xchacha = nanoseconds {
      XChaChaPoly.seal(record.span, key: key.span, nonce: nonce, associatedData: none.span).count
    }
    return .object([
      ("chacha20poly1305MegabytesPerSecond", .figure(Double(plain) / chacha * 1e3)),
      ("xchacha20poly1305Of512BytesNanoseconds", .figure(xchacha)),
    ])
  }
}
