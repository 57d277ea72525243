import Records

/// A date of birth that somebody who travels can have. Protocols/lists.md, LIST-46.
enum BirthDate {
  /// - Returns: why nobody can; nil: somebody can.
  static func problem(_ date: PartialDate, today: CivilDay) -> String? {
    if date.years.upperBound < ListLimits.firstBirthYear {
      return "is before \(ListLimits.firstBirthYear), and perhaps of another calendar"
    }
    if date.days.lowerBound > today.number { return "is in the future" }
    return nil
  }
}
