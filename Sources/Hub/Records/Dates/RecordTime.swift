/// A time of a journey: a day, or a day and a time, with the zone where that is known.
/// Protocols/records.md, REC-22.
///
/// `2015-03-06`, `2015-03-06T06:30`, `2015-03-06T06:30:15Z`, `2015-03-06T06:30+03:00`. Without a
/// zone it is the local time of its place, which may be anywhere.
public struct RecordTime: Hashable, Sendable {
  /// By the place's own calendar.
  public let day: CivilDay
  /// Seconds of that day; nil: the day alone is known.
  public let seconds: Int?
  /// Minutes that local time is ahead of UTC; nil: not known.
  public let zoneMinutes: Int?

  /// The furthest that zones are ahead of UTC, and behind it.
  static let mostAheadMinutes = 14 * 60
  static let mostBehindMinutes = 12 * 60

  /// - Returns: nil for another form, or a time that there is not. A leap second is none.
  public init?(parsing text: some StringProtocol) {
    let bytes = Array(text.utf8)
    let parts = bytes.split(
      separator: UInt8(ascii: "T"), maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, case .day(let day)? = try? PartialDate.Point(parsing: first)
    else { return nil }
    self.day = day
    guard parts.count > 1 else {
      (seconds, zoneMinutes) = (nil, nil)
      return
    }
    var clock = parts[1]
    var zone: Int?
    if clock.last == UInt8(ascii: "Z") {
      clock = clock.dropLast()
      zone = 0
    } else if let sign = clock.lastIndex(where: {
      $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-")
    }) {
      guard let minutes = RecordTime.zone(clock[sign...]) else { return nil }
      clock = clock[..<sign]
      zone = minutes
    }
    guard let seconds = RecordTime.seconds(clock) else { return nil }
    self.seconds = seconds
    zoneMinutes = zone
  }

  private static func seconds(_ bytes: ArraySlice<UInt8>) -> Int? {
    let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), let hour = Digits.number(parts[0], count: 2), hour < 24,
      let minute = Digits.number(parts[1], count: 2), minute < 60
    else { return nil }
    guard parts.count == 3 else { return hour * 3_600 + minute * 60 }
    guard let second = Digits.number(parts[2], count: 2), second < 60 else { return nil }
    return hour * 3_600 + minute * 60 + second
  }

  private static func zone(_ bytes: ArraySlice<UInt8>) -> Int? {
    let parts = bytes.dropFirst().split(
      separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 2, let hours = Digits.number(parts[0], count: 2),
      let minutes = Digits.number(parts[1], count: 2), minutes < 60
    else { return nil }
    let all = hours * 60 + minutes
    if bytes.first == UInt8(ascii: "-") { return all <= mostBehindMinutes ? -all : nil }
    return all <= mostAheadMinutes ? all : nil
  }

  /// The times that it may mean, in Unix seconds: from the first to the last.
  public var unixSeconds: ClosedRange<Int> {
    let midnight = day.number * 86_400
    let first = midnight + (seconds ?? 0)
    let last = midnight + (seconds ?? 86_399)
    if let zoneMinutes { return (first - zoneMinutes * 60)...(last - zoneMinutes * 60) }
    return (first - RecordTime.mostAheadMinutes * 60)...(last + RecordTime.mostBehindMinutes * 60)
  }
}
