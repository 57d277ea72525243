/// Values by key, each of which stays where it is: reading or changing a part of one copies nothing, as a dictionary would.
///
/// It remembers which were changed, so that what follows from them is worked out for those alone.
struct Table<Key: Hashable, Value> {
  private var places: [Key: Int] = [:]
  /// A removed value leaves its place to the next.
  private(set) var slots: [Value?] = []
  private var free: [Int] = []
  private var touched: [Int] = []
  private var isTouched: [Bool] = []

  subscript(key: Key) -> Value? {
    _read {
      if let place = places[key] { yield slots[place] } else { yield nil }
    }
    _modify {
      let place = places[key] ?? add(key)
      touch(place)
      defer {
        if slots[place] == nil {
          places[key] = nil
          free.append(place)
        }
      }
      yield &slots[place]
    }
  }

  var isEmpty: Bool { places.isEmpty }
  var count: Int { places.count }
  /// Copies, in the order of their places.
  var values: [Value] { slots.compactMap { $0 } }

  func place(of key: Key) -> Int? { places[key] }

  private mutating func add(_ key: Key) -> Int {
    if let place = free.popLast() {
      places[key] = place
      return place
    }
    slots.append(nil)
    isTouched.append(false)
    places[key] = slots.count - 1
    return slots.count - 1
  }

  private mutating func touch(_ place: Int) {
    guard !isTouched[place] else { return }
    isTouched[place] = true
    touched.append(place)
  }

  /// The places of what was changed since the last call.
  mutating func takeTouched() -> [Int] {
    let result = touched
    for place in result { isTouched[place] = false }
    touched.removeAll(keepingCapacity: true)
    return result
  }
}
