/// Languages of headers, months and totals.
enum ListLanguage: String, Sendable {
  case english = "en"
  case french = "fr"
  case german = "de"
  case spanish = "es"
  case polish = "pl"
  case czech = "cs"
  case russian = "ru"
  case arabic = "ar"
  case turkish = "tr"

  /// The code page of a computer that speaks it.
  var page: ListEncoding {
    switch self {
    case .english, .french, .german, .spanish: .windows1252
    case .polish, .czech: .windows1250
    case .russian: .windows1251
    case .arabic: .windows1256
    case .turkish: .windows1254
    }
  }
}
