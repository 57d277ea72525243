extension Database {
  /// Copies all rows of another database into the tables of the same names, in a transaction of
  /// this one.
  public func fill(from source: Database) throws(SQLError) {
    try source.snapshot { () throws(SQLError) in
      for table in try source.tables() { try fill(table, from: source) }
    }
    try continueNumbers()
  }

  private func fill(_ table: String, from source: Database) throws(SQLError) {
    // Rows that came with the tables are those of the source, too.
    try prepare("DELETE FROM \(table)").run()
    let isNumbered = try source.prepare("SELECT * FROM \(table) LIMIT 1").columns.first == "number"
    var insert: Statement?
    var last: Int64 = 0
    var count = 0
    repeat {
      count = 0
      let page = try source.prepare(
        "SELECT * FROM \(table)"
          + (isNumbered ? " WHERE number > ?1 ORDER BY number LIMIT \(SQLLimits.copied)" : ""))
      if isNumbered { try page.bind(1, last) }
      try page.each { row throws(SQLError) in
        let values = row.values
        if insert == nil {
          let places = (1...values.count).map { "?\($0)" }.joined(separator: ", ")
          insert = try prepare("INSERT INTO \(table) VALUES (\(places))")
        }
        guard let statement = insert else { return false }
        for (place, value) in values.enumerated() { try statement.bind(place + 1, value) }
        try statement.run()
        if isNumbered { last = row.integer(0) }
        count += 1
        return true
      }
    } while isNumbered && count == SQLLimits.copied
  }
}
