/// Slips of the pen in keys.
enum Spelling {
  /// Longer keys are no slips of known ones.
  private static let longest = 32

  /// The name that one or two letters tell from `word`, cases apart.
  static func nearest(to word: String, among names: [String]) -> String? {
    guard word.utf8.count <= longest else { return nil }
    let lower = Array(word.lowercased().utf8)
    var best: (distance: Int, name: String)?
    for name in names {
      let distance = distance(lower, Array(name.lowercased().utf8))
      if distance <= min(2, name.utf8.count / 3), distance < best?.distance ?? .max {
        best = (distance, name)
      }
    }
    return best?.name
  }

  /// Levenshtein's.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
