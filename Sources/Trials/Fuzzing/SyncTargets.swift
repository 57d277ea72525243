import Log
import Replication

/// Any messages at all on a session that said hello and listed its logs.
enum SyncTarget {
  static func run(_ input: inout FuzzInput) {
    let pair = FuzzPair()
    // With 1, the session has exchanged all there is; with 0 it has said hello and no more.
    if input.u8() & 1 == 1 {
      pair.settle()
    } else {
      for _ in 0..<4 {
        pair.answer()
        if let message = pair.next() { pair.nl.receive(message, on: pair.session, pair.now) }
      }
    }
    for _ in 0..<32 where !input.isEmpty {
      let message = input.take(input.u16())
      pair.nl.receive(message, on: pair.session, pair.now)
      pair.nl.work(pair.now)
      pair.nl.outgoing = []
      pair.now += 1
    }
    pair.expectTruth()
  }

  /// The messages of `be` to a node that lacks most of its log, one by one and all in a row.
  static var seeds: [[UInt8]] {
    let pair = FuzzPair()
    pair.settle()
    pair.be.publish(2, checkpoint: true, pair.now)
    pair.settle()
    pair.pass(milliseconds: 60_000)
    pair.settle()
    var all = SeedWriter(0)
    var seeds: [[UInt8]] = []
    for message in pair.said where message.count < 4_000 {
      var one = SeedWriter(0)
      one.part(message)
      seeds.append(one.bytes)
      all.part(message)
    }
    return seeds + [all.bytes, Array([1] + all.bytes.dropFirst())]
  }
}

/// The core as a state machine: what happens, and to which message, is drawn from the input.
enum CoreTarget {
  /// Each costs up to a few milliseconds.
  private static let steps = 64

  static func run(_ input: inout FuzzInput) {
    let pair = FuzzPair()
    if input.u8() & 1 == 1 { pair.settle() }
    for _ in 0..<steps where !input.isEmpty {
      step(pair, &input)
      pair.expectTruth()
    }
    // Whatever was said and done: an honest session afterwards brings everything here.
    pair.disconnect()
    pair.nl.meet(pair.now)
    pair.nl.outgoing = []
    pair.be.outgoing = []
    pair.expectTruth()
  }

  private static func step(_ pair: FuzzPair, _ input: inout FuzzInput) {
    switch input.u8() % 18 {
    case 0:
      for _ in 0..<(1 + input.below(8)) {
        pair.answer()
        if let message = pair.next() { pair.nl.receive(message, on: pair.session, pair.now) }
      }
    case 1: pair.settle()
    case 2:
      guard var message = pair.next() else { return }
      input.edit(&message)
      pair.nl.receive(message, on: pair.session, pair.now)
    case 3: _ = pair.next()
    case 4:
      guard !pair.said.isEmpty else { return }
      pair.nl.receive(pair.said[input.below(pair.said.count)], on: pair.session, pair.now)
    case 5: pair.nl.receive(input.take(input.u16()), on: pair.session, pair.now)
    case 6: pair.pass(milliseconds: 1 << UInt64(input.below(24)))
    case 7: pair.disconnect()
    case 8:
      pair.nl.outgoing = []
      pair.be.outgoing = []
      pair.connect()
    case 9: pair.be.publish(1 + input.below(8), checkpoint: input.u8() & 1 == 1, pair.now)
    case 10: pair.nl.publish(1 + input.below(4), checkpoint: input.u8() & 1 == 1, pair.now)
    case 11: pair.nl.work(pair.now)
    case 12: pair.nl.step(.congested(pair.session, input.u8() & 1 == 1), pair.now)
    case 13: splice(pair, &input)
    case 14: pair.nl.meet(pair.now, isMember: input.u8() & 1 == 1)
    case 15:
      let first = UInt64(input.below(40))
      pair.nl.step(
        .damaged(FuzzParty.be.identity.id, [first..<(first + 1 + UInt64(input.below(4)))]), pair.now
      )
    case 16: pair.nl.step(.limited(FuzzParty.be.identity.id, input.u8() & 1 == 1), pair.now)
    default: pair.nl.step(input.u8() & 1 == 1 ? .release : .tick, pair.now)
    }
  }

  /// The beginning of one message and the end of another.
  private static func splice(_ pair: FuzzPair, _ input: inout FuzzInput) {
    guard !pair.said.isEmpty else { return }
    let head = pair.said[input.below(pair.said.count)]
    let tail = pair.said[input.below(pair.said.count)]
    let message =
      head.prefix(input.below(head.count + 1)) + tail.suffix(input.below(tail.count + 1))
    pair.nl.receive(Array(message), on: pair.session, pair.now)
  }

  static var seeds: [[UInt8]] {
    [
      [1], [0, 0, 7, 0, 7, 1], [1, 9, 3, 1, 1, 9, 2, 0, 1], [0, 0, 3, 2, 1, 0, 9, 1, 1],
      [0, 0, 7, 13, 3, 4, 0, 30, 0, 20], [1, 7, 8, 1, 9, 0, 1, 0, 7], [1, 4, 2, 4, 3, 4, 4],
      [1, 6, 16, 0, 7, 6, 14, 1], [1, 10, 3, 1, 1, 12, 1, 10, 1, 0, 12, 0, 1],
      [1, 15, 5, 2, 1, 6, 13, 1], [1, 16, 1, 9, 3, 1, 1, 16, 0, 6, 12, 1],
      [1, 14, 0, 1, 14, 1, 8, 1], [0, 0, 7, 2, 2, 0, 5, 9, 0, 1, 1], [1, 8, 1, 8, 1, 6, 13, 1],
      [0, 0, 5, 2, 1, 0, 0, 1, 8, 1], [1, 9, 7, 0, 3, 0, 7, 6, 13, 1], [1, 5, 0, 3, 13, 0, 0, 1],
    ]
  }
}
