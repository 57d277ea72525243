import Foundation
import SQL

/// Names in SQLite's full text index, as one would do it without a matcher of one's own.
struct FTS5Names {
  private let database: Database

  init(_ folder: String) throws {
    database = try Database(.file(folder + "/names.db"), .writing)
    try database.execute(
      "CREATE VIRTUAL TABLE names USING fts5(name, tokenize='unicode61 remove_diacritics 2')")
  }

  func measure(_ persons: Persons, count: Int) throws -> JSON {
    let insert = try database.prepare("INSERT INTO names (rowid, name) VALUES (?1, ?2)")
    let watch = Stopwatch()
    try database.transaction { () throws(SQLError) in
      for number in 0..<count {
        try insert.bind(1, number + 1)
        try insert.bind(2, persons[number].name)
        try insert.run()
      }
    }
    let seconds = watch.seconds
    var members: [(String, JSON)] = [("recordsPerSecond", .figure(Double(count) / seconds))]
    for isMisspelt in [false, true] {
      members.append(
        (isMisspelt ? "misspelt" : "exact", .object(try lookUps(persons, count, isMisspelt))))
    }
    return .object(members)
  }

  private func lookUps(
    _ persons: Persons, _ count: Int, _ isMisspelt: Bool
  ) throws -> [(String, JSON)] {
    let search = try database.prepare(
      "SELECT rowid FROM names WHERE names MATCH ?1 ORDER BY rank LIMIT 50")
    var times: [Double] = []
    var found = 0
    for number in 0..<HubCase.questions {
      let place = (number * 7_919 + 13) % count
      let name = persons[place].name
      let asked = isMisspelt ? Persons.misspelt(name, number) : name
      let words = asked.split(separator: " ").map {
        "\"" + $0.replacingOccurrences(of: "\"", with: "") + "\""
      }
      let watch = Stopwatch()
      try search.bind(1, words.joined(separator: " OR "))
      try search.each { row throws(SQLError) in
        if row.integer(0) == Int64(place + 1) { found += 1 }
        return true
      }
      times.append(watch.seconds * 1_000)
    }
    return [
      ("p50Milliseconds", .figure(times.quantile(0.5))),
      ("p99Milliseconds", .figure(times.quantile(0.99))),
      ("foundAmongFirst50", .figure(Double(found) / Double(HubCase.questions))),
    ]
  }
}
