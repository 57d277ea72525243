/// The cheapest way from one spelling to another, in hundredths of an edit: letters that writers
/// exchange, letters beside one another on a keyboard, doubled letters and vowels cost less than
/// one. Protocols/matching.md, MAT-21.
enum Edits {
  enum Cost {
    static let whole = 100
    static let vowel = 50
    static let similar = 50
    static let near = 70
    static let doubled = 30
    static let digit = 30
    static let swapped = 80
  }

  /// - Returns: the cost, or more than `most` where it is more.
  static func distance(_ a: Spelling, _ b: Spelling, most: Int) -> Int {
    let n = a.count
    let m = b.count
    // Three rows, used in turn.
    var rows = InlineArray<99, Int32>(repeating: 0)
    var gapsB = InlineArray<33, Int32>(repeating: 0)
    let table = EditTable.shared
    for j in 0..<m {
      gapsB[j] = gap(b, j, table)
      rows[j + 1] = rows[j] + gapsB[j]
    }
    var (before, last, row) = (66, 0, 33)
    for i in 0..<n {
      let x = a[i]
      let gapA = gap(a, i, table)
      rows[row] = rows[last] + gapA
      var least = rows[row]
      for j in 0..<m {
        let y = b[j]
        var cost = rows[last + j] + (x == y ? 0 : table[x, y])
        cost = min(cost, rows[last + j + 1] + gapA, rows[row + j] + gapsB[j])
        if i > 0, j > 0, x == b[j - 1], a[i - 1] == y {
          cost = min(cost, rows[before + j - 1] + Int32(Cost.swapped))
        }
        rows[row + j + 1] = cost
        least = min(least, cost)
      }
      // An exchange of neighbours may still come from the row before.
      if Int(least) > most + Cost.swapped { return Int(least) }
      (before, last, row) = (last, row, before)
    }
    return Int(rows[last + m])
  }

  /// The cost of leaving a letter out.
  private static func gap(_ word: Spelling, _ index: Int, _ table: EditTable) -> Int32 {
    let letter = word[index]
    if index > 0, word[index - 1] == letter { return Int32(Cost.doubled) }
    return table.gap(letter)
  }
}

/// Costs by letter.
struct EditTable: Sendable {
  static let shared = EditTable()

  private let substitutions: [Int32]
  private let gaps: [Int32]
  private static let size = 36

  private static func index(_ letter: UInt8) -> Int {
    letter >= UInt8(ascii: "a") ? Int(letter &- UInt8(ascii: "a")) % 26 : 26 + Int(letter & 15) % 10
  }

  subscript(a: UInt8, b: UInt8) -> Int32 {
    substitutions[EditTable.index(a) &* EditTable.size &+ EditTable.index(b)]
  }

  func gap(_ letter: UInt8) -> Int32 { gaps[EditTable.index(letter)] }

  private init() {
    var costs = [Int32](repeating: Int32(Edits.Cost.whole), count: EditTable.size * EditTable.size)
    func set(_ pairs: String, _ cost: Int) {
      for pair in pairs.split(separator: " ") {
        let letters = Array(pair.utf8)
        let (a, b) = (EditTable.index(letters[0]), EditTable.index(letters[1]))
        costs[a * EditTable.size + b] = Int32(cost)
        costs[b * EditTable.size + a] = Int32(cost)
      }
    }
    for line in ["qwertyuiop", "asdfghjkl", "zxcvbnm"] {
      for (a, b) in zip(line, line.dropFirst()) { set("\(a)\(b)", Edits.Cost.near) }
    }
    set("ck kq cq gq gk sz cs vw fv iy ij jy gj uw dt bp mn zx sx", Edits.Cost.similar)
    for a in "aeiouy" { for b in "aeiouy" where a < b { set("\(a)\(b)", Edits.Cost.vowel) } }
    set("0o 1i 1l 9g 5s 3e 4a 8b", Edits.Cost.digit)
    for index in 0..<EditTable.size { costs[index * EditTable.size + index] = 0 }
    substitutions = costs
    var gaps = [Int32](repeating: Int32(Edits.Cost.whole), count: EditTable.size)
    for letter in "aeiouyh".utf8 { gaps[EditTable.index(letter)] = Int32(Edits.Cost.vowel) }
    self.gaps = gaps
  }

  /// Two letters that are exchanged so often that a word may begin with either.
  func areSimilar(_ a: UInt8, _ b: UInt8) -> Bool {
    a != b && self[a, b] <= Int32(Edits.Cost.similar)
      && !(Spelling.isVowel(a) && Spelling.isVowel(b))
  }
}
