import HubInterface

enum ScreeningText {
  static func table(_ lists: [Screening]) -> String {
    var table = TextTable(
      [
        "LIST", "WHEN", "BY", "PURPOSE", "FLIGHT", "LINES", "ALERTS", "REVIEWS", "UNREADABLE",
        "SAME AS",
      ],
      numbers: [0, 5, 6, 7, 8, 9])
    for list in lists {
      table.add([
        "\(list.number)", HubTime.minute(list.time), list.user, list.purpose,
        list.flight?.cut(to: 30) ?? "", "\(list.lines)", "\(list.alerts)", "\(list.reviews)",
        "\(list.unreadable)", list.sameAs.map { "\($0)" } ?? "",
      ])
    }
    return table.text
  }
}
