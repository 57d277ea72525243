import Crypto
import Foundation
import Log
import Node

/// Two daemons on loopback: the author has all entries, the receiver none.
enum CatchUpCase {
  /// - Parameter isReal: real records, published and sealed, in place of signed entries with random
  ///   bodies.
  static func run(entries: Int, scratch: Scratch, isReal: Bool = false) throws -> JSON {
    let author = try BenchNode("nl", in: scratch)
    let receiver = try BenchNode("be", in: scratch)
    defer {
      receiver.stop()
      author.stop()
    }
    let filling = Stopwatch()
    try author.add(receiver, dial: false)
    if isReal {
      try author.start()
      try PublishCase.publish(entries, from: author, to: receiver, in: scratch)
      author.stop()
    } else {
      try author.prefill(entries)
    }
    let prefillSeconds = filling.seconds
    // Above the genesis, and for real records a grant.
    let size = UInt64(entries) + (isReal ? 2 : 1)

    try author.start()
    try receiver.add(author, dial: true)
    let begin = Stopwatch()
    try receiver.start()
    let client = try receiver.client()
    // The time runs from the last moment at which there was no connection yet: never in our favour.
    var connected = begin.seconds
    try wait(seconds: 30, for: "the connection", everyMilliseconds: 1) {
      let before = begin.seconds
      let status = try receiver.status(client)
      if status.peers.contains(where: { $0.state == "connected" }) { return true }
      connected = before
      return false
    }
    var last: StatusReport?
    try wait(seconds: 60 + Double(entries) / 5_000, for: "all entries", everyMilliseconds: 10) {
      let status = try receiver.status(client)
      last = status
      return status.size(of: author.origin) >= size
    }
    let seconds = begin.seconds - connected
    guard let last, let peer = last.peers.first else { throw BenchError("no peer") }
    let receiving = try receiver.usage()
    let sending = try author.usage()
    try compareRoots(author, last)
    receiver.stop()
    author.stop()
    let bare = try bareSeconds(entries, scratch)
    let rate = Double(entries) / seconds
    let wire = Double(peer.bytesIn + peer.bytesOut)
    let stored = last.logs.first { $0.origin == author.origin }?.bytes ?? 0
    let bodyBytes = Int(stored) / entries - EntryLayout.leafBytes
    return .object([
      ("entries", .count(entries)), ("bodyBytes", .count(bodyBytes)),
      ("prefillSeconds", .figure(prefillSeconds)), ("seconds", .figure(seconds)),
      ("entriesPerSecond", .figure(rate)), ("goalEntriesPerSecond", .figure(300_000)),
      ("wireBytesPerEntry", .figure(wire / Double(entries))),
      ("wireBytesToSealedBytes", .figure(wire / Double(entries * bodyBytes))),
      ("goalWireBytesToSealedBytes", .figure(1.3)),
      ("receiverPeakMebibytes", .figure(Double(receiving.peakResidentKibibytes) / 1_024)),
      ("authorPeakMebibytes", .figure(Double(sending.peakResidentKibibytes) / 1_024)),
      ("receiverProcessorSeconds", .figure(receiving.processorSeconds)),
      ("authorProcessorSeconds", .figure(sending.processorSeconds)),
      ("bareEntriesPerSecond", .figure(Double(entries) / bare)),
      ("ratioToBare", .figure(rate * bare / Double(entries))),
    ])
  }

  private static func compareRoots(_ author: BenchNode, _ received: StatusReport) throws {
    let client = try author.client()
    let sent = try author.status(client)
    let roots = [sent, received].map { status in
      status.logs.first { $0.origin == author.origin }?.root
    }
    guard let root = roots[0], root == roots[1] else {
      throw BenchError("the receiver's tree is not the author's")
    }
  }

  /// A bare loop over bytes of the same lengths: hashes what a receiver must (body, header, leaf,
  /// one tree node), writes leaf, hash and body, and syncs once at the end. One thread, no network,
  /// no cipher.
  private static func bareSeconds(_ entries: Int, _ scratch: Scratch) throws -> Double {
    let leaves = try BareFile(scratch.file("bare-leaves"))
    let hashes = try BareFile(scratch.file("bare-hashes"))
    let bodies = try BareFile(scratch.file("bare-bodies"))
    let piece = 400
    let leaf = [UInt8](repeating: 7, count: EntryLayout.leafBytes * piece)
    let body = [UInt8](repeating: 9, count: SignedLog.bodyBytes * piece)
    let watch = Stopwatch()
    var done = 0
    var node = SHA256.hash([])
    while done < entries {
      let count = min(piece, entries - done)
      var found: [UInt8] = []
      found.reserveCapacity(count * 32)
      for position in 0..<count {
        let start = position * EntryLayout.leafBytes
        let bodyStart = position * SignedLog.bodyBytes
        let bodyHash = SHA256.hash(
          body.span.extracting(bodyStart..<(bodyStart + SignedLog.bodyBytes)))
        let header = EntryHeader.headerHash(of: leaf.span, at: start)
        let hash = EntryHeader.leafHash(of: leaf.span, at: start)
        node = SHA256.node(node, hash)
        if bodyHash == header { node = hash }
        hash.append(to: &found)
      }
      try leaves.write(
        Array(leaf[..<(count * EntryLayout.leafBytes)]), at: done * EntryLayout.leafBytes)
      try hashes.write(found, at: done * 32)
      try bodies.write(
        Array(body[..<(count * SignedLog.bodyBytes)]), at: done * SignedLog.bodyBytes)
      done += count
    }
    for file in [leaves, hashes, bodies] { try file.sync() }
    return watch.seconds
  }
}
