/// Values by key, each of which stays where it is: reading or changing a part of one copies nothing, as a dictionary or an
/// array would.
///
/// It remembers which were changed, so that what follows from them is worked out for those alone.
struct Table<Key: Hashable, Value> {
  /// A value that only one table changes: a table that was copied makes its own first.
  private final class Box {
    var value: Value?
    init(_ value: Value?) { self.value = value }
  }

  /// What stands for a value that is not here.
  private let absent: Value
  private var places: [Key: Int] = [:]
  /// A removed value leaves its place to the next.
  private var boxes: [Box] = []
  private var free: [Int] = []
  private var touched: [Int] = []
  private var isTouched: [Bool] = []

  init(absent: Value) { self.absent = absent }

  /// The value of a key that the caller holds. Should it be gone (a session that closed within the step), what is read is
  /// that of nothing and what is written is lost: no message from outside can end the process here.
  subscript(held key: Key) -> Value {
    _read {
      // Seen to be there: a value that is bound to a name would be copied.
      if let place = places[key], boxes[place].value != nil {
        yield boxes[place].value!
      } else {
        yield absent
      }
    }
    _modify {
      if let place = places[key], boxes[place].value != nil {
        touch(place)
        if !isKnownUniquelyReferenced(&boxes[place]) { boxes[place] = Box(boxes[place].value) }
        yield &boxes[place].value!
      } else {
        var lost = absent
        yield &lost
      }
    }
  }

  subscript(key: Key) -> Value? {
    _read {
      if let place = places[key] { yield boxes[place].value } else { yield nil }
    }
    _modify {
      let place = places[key] ?? add(key)
      touch(place)
      if !isKnownUniquelyReferenced(&boxes[place]) { boxes[place] = Box(boxes[place].value) }
      defer {
        if boxes[place].value == nil {
          places[key] = nil
          free.append(place)
        }
      }
      yield &boxes[place].value
    }
  }

  /// The value at a place; that of nothing where one was removed.
  subscript(at place: Int) -> Value {
    _read {
      if isFilled(at: place) { yield boxes[place].value! } else { yield absent }
    }
  }

  func isFilled(at place: Int) -> Bool {
    boxes.indices.contains(place) && boxes[place].value != nil
  }

  /// All places, with those that are free.
  var allPlaces: Range<Int> { boxes.indices }
  var isEmpty: Bool { places.isEmpty }
  var count: Int { places.count }
  /// Copies, in the order of their places.
  var values: [Value] { boxes.compactMap(\.value) }

  func place(of key: Key) -> Int? { places[key] }

  private mutating func add(_ key: Key) -> Int {
    if let place = free.popLast() {
      places[key] = place
      return place
    }
    boxes.append(Box(nil))
    isTouched.append(false)
    places[key] = boxes.count - 1
    return boxes.count - 1
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
