/// Counters by name; they only grow. One place, so that `status` shows all of them.
struct Counters {
  private(set) var values: [String: UInt64] = [:]

  mutating func add(_ name: String, _ amount: UInt64 = 1) { values[name, default: 0] += amount }
}
