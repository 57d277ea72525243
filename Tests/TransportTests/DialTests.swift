import Testing

@testable import Transport

@Suite("Which address is dialled next, and with which key")
struct DialTests {
  @Test("Each address has its turn, and the one after the last that failed is first next time")
  func turns() {
    var ways = Alternatives<Int>()
    ways.begin([1, 2, 3])
    #expect(ways.next() == 1)
    #expect(ways.next() == 2)
    // The dial was given up there.
    ways.begin([1, 2, 3])
    let second = [ways.next(), ways.next(), ways.next(), ways.next()]
    #expect(second == [3, 1, 2, nil] && ways.isRoundOver)
    ways.begin([1, 2, 3])
    #expect(ways.next() == 3)
    ways.succeeded()
    #expect(ways.next() == nil)
    ways.begin([1, 2, 3])
    #expect(ways.next() == 3)
    // Without an answer of the name service those from before, and a name that lost an address.
    ways.begin()
    #expect(ways.next() == 1)
    ways.begin([7])
    #expect(ways.next() == 7 && ways.next() == nil)
    ways.begin([])
    #expect(ways.next() == nil)
  }

  @Test("A dial gives each address one turn, and the peer's name may have other addresses by then")
  func addresses() {
    var turns = DialTurns<Int>()
    #expect(turns.isWithoutAddress)
    turns.begin([1, 2])
    let first = (0..<3).map { _ in turns.next(earlierKeys: 0) }
    #expect(first == [1, 2, nil] && !turns.isWithoutAddress)
    turns.begin(nil)
    #expect(turns.next(earlierKeys: 0) == 1)
    turns.succeeded()
    turns.begin([3, 1])
    #expect(turns.next(earlierKeys: 0) == 1)
  }

  @Test("TRN-27: a dial that nobody answered goes on with one earlier key, the next with another")
  func earlierKeys() {
    var turns = DialTurns<Int>()
    var keys: [Int?] = []
    for _ in 0..<3 {
      turns.begin([1, 2])
      while turns.next(earlierKeys: 2) != nil {
        keys.append(turns.earlierKey(of: 2))
        turns.unanswered()
      }
    }
    #expect(keys == [nil, nil, 0, 0, nil, nil, 1, 1, nil, nil, 0, 0])
    #expect(!turns.hasUntriedKey(of: 2))
    turns.knowsPresentKey()
    #expect(turns.hasUntriedKey(of: 2))
  }

  @Test("An earlier key is not tried where nobody accepts, nor where there is none")
  func noEarlierKey() {
    var turns = DialTurns<Int>()
    turns.begin([1])
    let unreachable = [turns.next(earlierKeys: 2), turns.next(earlierKeys: 2)]
    turns.begin([1])
    _ = turns.next(earlierKeys: 0)
    turns.unanswered()
    let withoutKeys = turns.next(earlierKeys: 0)
    #expect(unreachable == [1, nil] && withoutKeys == nil && turns.earlierKey(of: 0) == nil)
  }

  @Test("So many dials are under way, and who waits longest is next")
  func places() {
    var places = DialPlaces<Int>(2)
    for dial in 1...4 { places.wait(dial) }
    let first = (0..<3).map { _ in places.next() }
    #expect(first == [1, 2, nil] && places.taken == 2)
    places.giveBack()
    let second = [places.next(), places.next()]
    #expect(second == [3, nil])
    for _ in 0..<2 { places.giveBack() }
    let last = [places.next(), places.next()]
    #expect(last == [4, nil] && places.taken == 1)
  }
}
