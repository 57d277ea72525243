/// Values by key, each of which stays where it is: reading or changing a part of one copies
/// nothing, as a dictionary or an array would.
///
/// It remembers which were changed, so that what follows from them is worked out for those alone.
struct Table<Key: Hashable, Value> {
  /// A value that only one table changes: a table that was copied makes its own first.
  private final class Box {
    /// The absent value while none is here. Not an optional: what is unwrapped is copied first.
    var value: Value
    var isFilled: Bool

    init(_ value: Value, isFilled: Bool) {
      self.value = value
      self.isFilled = isFilled
    }
  }

  /// Stands for a value that is not here.
  private let absent: Value
  private var places: [Key: Int] = [:]
  /// A removed value leaves its place to the next.
  private var boxes: [Box] = []
  private var free: [Int] = []
  private var touched: [Int] = []
  private var isTouched: [Bool] = []

  init(absent: Value) { self.absent = absent }

  /// The value of a key that the caller holds. Should it be gone (a session that closed within the
  /// step), what is read is that of nothing and what is written is lost: no message from outside
  /// can end the process here.
  subscript(held key: Key) -> Value {
    _read {
      if let place = places[key] { yield boxes[place].value } else { yield absent }
    }
    _modify {
      if let place = places[key] {
        touch(place)
        makeOwn(place)
        yield &boxes[place].value
      } else {
        var lost = absent
        yield &lost
      }
    }
  }

  /// A copy; to read or change a part of a value that is here, `held` copies none.
  subscript(key: Key) -> Value? {
    get { places[key].map { boxes[$0].value } }
    _modify {
      let place = places[key] ?? add(key)
      touch(place)
      makeOwn(place)
      var value = boxes[place].isFilled ? boxes[place].value : nil
      // A value that is changed is held once.
      boxes[place].value = absent
      defer {
        boxes[place].isFilled = value != nil
        if let value {
          boxes[place].value = value
        } else {
          places[key] = nil
          free.append(place)
        }
      }
      yield &value
    }
  }

  /// The value at a place; that of nothing where one was removed.
  subscript(at place: Int) -> Value {
    _read {
      if boxes.indices.contains(place) { yield boxes[place].value } else { yield absent }
    }
  }

  func isFilled(at place: Int) -> Bool { boxes.indices.contains(place) && boxes[place].isFilled }

  /// All places, with those that are free.
  var allPlaces: Range<Int> { boxes.indices }
  var isEmpty: Bool { places.isEmpty }
  var count: Int { places.count }
  /// Copies, in the order of their places.
  var values: [Value] { boxes.filter(\.isFilled).map(\.value) }

  func place(of key: Key) -> Int? { places[key] }

  private mutating func add(_ key: Key) -> Int {
    if let place = free.popLast() {
      places[key] = place
      return place
    }
    boxes.append(Box(absent, isFilled: false))
    isTouched.append(false)
    places[key] = boxes.count - 1
    return boxes.count - 1
  }

  private mutating func makeOwn(_ place: Int) {
    guard !isKnownUniquelyReferenced(&boxes[place]) else { return }
    boxes[place] = Box(boxes[place].value, isFilled: boxes[place].isFilled)
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
