import Records

/// Two small letters for a country however it is written.
enum Country {
  /// - Returns: nil when nobody knows it.
  static func code(_ text: String?) -> String? {
    guard let text, text.utf8.count <= ListLimits.headerBytes else { return nil }
    // Two small letters would be taken for a code, whatever they are.
    return CountryValue(text.utf8.count == 2 ? text.uppercased() : text).code
  }
}
