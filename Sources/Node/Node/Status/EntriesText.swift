extension Range<UInt64> {
  /// Entries as a person reads them: the last one is named, too.
  var entriesText: String {
    count == 1 ? "\(lowerBound)" : "\(lowerBound) to \(upperBound - 1)"
  }
}
