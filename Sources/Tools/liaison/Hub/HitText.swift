import HubInterface

/// A hit as a block of text.
enum HitText {
  /// - Parameters:
  ///   - number: of the block, `1`.
  ///   - asked: heads the column of what was asked for.
  static func block(
    _ hit: Hit, number: String, asked: String = "ASKED", hasRows: Bool = true
  ) -> String {
    let found = FoundText(hit.found)
    let indent = number.count + 2
    var text = found.head(indent: 0, number: number)
    let sentence = hit.sentence.isEmpty ? hit.kind : hit.sentence
    text += sentence.wrapped(behind: ScoreTable.number(hit.score) + "  ", indent: indent)
    guard hasRows else { return text }
    return text
      + ScoreTable.text(
        hit.explanation, score: hit.score, left: asked, right: "RECORD", indent: indent + 2)
  }
}
