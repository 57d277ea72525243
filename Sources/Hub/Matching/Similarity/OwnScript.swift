/// Words of one script that is not spelt in Latin letters, beside each other in their own letters.
enum OwnScript {
  /// - Returns: the cost in hundredths of an edit; letters beyond `NameLimits.letters` are not
  ///   compared.
  static func distance(_ a: [UInt32], _ b: [UInt32]) -> Int {
    let n = min(a.count, NameLimits.letters)
    let m = min(b.count, NameLimits.letters)
    var before = InlineArray<33, Int32>(repeating: 0)
    var last = InlineArray<33, Int32>(repeating: 0)
    var row = InlineArray<33, Int32>(repeating: 0)
    for j in 0..<m { last[j + 1] = last[j] + gap(b, j) }
    for i in 0..<n {
      let gapA = gap(a, i)
      row[0] = last[0] + gapA
      for j in 0..<m {
        var cost = last[j] + (a[i] == b[j] ? 0 : Int32(Edits.Cost.whole))
        cost = min(cost, last[j + 1] + gapA, row[j] + gap(b, j))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          cost = min(cost, before[j - 1] + Int32(Edits.Cost.swapped))
        }
        row[j + 1] = cost
      }
      before = last
      last = row
    }
    return Int(last[m])
  }

  private static func gap(_ word: [UInt32], _ index: Int) -> Int32 {
    index > 0 && word[index - 1] == word[index]
      ? Int32(Edits.Cost.doubled) : Int32(Edits.Cost.whole)
  }
}
