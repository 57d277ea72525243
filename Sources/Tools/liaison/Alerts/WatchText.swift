import HubInterface

enum WatchText {
  /// One line a watch.
  static func table(_ watches: [Watch]) -> String {
    var table = TextTable(
      ["WATCH", "UNTIL", "STATE", "BY", "PURPOSE", "FROM", "WHAT"], numbers: [0])
    for watch in watches {
      table.add([
        "\(watch.number)", watch.until, watch.state, watch.user, watch.purpose, watch.threshold,
        what(watch),
      ])
    }
    return table.text
  }

  /// The person or thing that is watched for.
  static func what(_ watch: Watch) -> String {
    let parts = [
      watch.name, watch.birth.map { "born \($0)" }, watch.nationality.map { "of \($0)" },
      watch.document.map { "document \($0)" }, watch.phone.map { "telephone \($0)" },
    ].compactMap { $0 }
    return parts.joined(separator: ", ")
  }

  /// Records that fit already, those that fit best first.
  static func fits(_ fits: [Alert], more: Int) -> String {
    let (count, overflows) = fits.count.addingReportingOverflow(max(0, more))
    guard !overflows, count > 0 else { return "" }
    let records = count == 1 ? "1 record fits" : "\(count) records fit"
    var text = "\(records) already; \(count == 1 ? "it raises" : "they raise") no alert:\n\n"
    text += fits.sorted { $0.score > $1.score }.map { AlertText($0).line() }.joined()
    if more > 0 { text += "  and \(more) more: liaison alerts --all\n" }
    return text + "\n"
  }
}
