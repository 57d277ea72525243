import Records

/// Months by their names: English, French, German, Spanish, Polish, Czech, Russian, Arabic,
/// Turkish, and as they are shortened.
struct MonthNames: Sendable {
  static let shared = MonthNames()

  static let table = [
    "january jan janvier janv januar jänner jän enero ene styczeń stycznia sty leden ledna led январь января янв يناير جانفي كانون\u{200c}الثاني ocak oca",
    "february feb février févr fév februar febrero luty lutego lut únor února úno февраль февраля фев февр فبراير فيفري شباط şubat şub",
    "march mar mars märz maerz mär mrz marzo marzec marca březen března bře март марта мар مارس آذار mart",
    "april apr avril avr abril abr kwiecień kwietnia kwi duben dubna dub апрель апреля апр أبريل ابريل أفريل نيسان nisan nis",
    "may mai mayo maj maja květen května kvě май мая مايو ماي أيار mayıs",
    "june jun juin juni junio czerwiec czerwca cze červen června čer июнь июня июн يونيو جوان حزيران haziran haz",
    "july jul juillet juil juli julio lipiec lipca lip červenec července čvc июль июля июл يوليو جويلية تموز temmuz tem",
    "august aug août aout agosto ago sierpień sierpnia sie srpen srpna srp август августа авг أغسطس أوت آب ağustos ağu",
    "september sep sept septembre septiembre setiembre set wrzesień września wrz září zář сентябрь сентября сен сент سبتمبر أيلول eylül eyl",
    "october oct octobre oktober okt octubre październik października paź říjen října říj октябрь октября окт أكتوبر تشرين\u{200c}الأول ekim eki",
    "november nov novembre noviembre listopad listopada lis ноябрь ноября ноя нояб نوفمبر تشرين\u{200c}الثاني kasım kas",
    "december dec décembre déc dezember dez diciembre dic grudzień grudnia gru prosinec prosince pro декабрь декабря дек ديسمبر كانون\u{200c}الأول aralık ara",
  ]

  /// Words around the parts of a date that say nothing.
  static let fillers =
    "de del d le den der of the st nd rd th g г года год r roku rok dnia yılı في من سنة م"

  private var months: [String: Int] = [:]
  private var ignored: Set<String> = []

  private init() {
    for (place, names) in MonthNames.table.enumerated() {
      for name in names.split(separator: " ") {
        months[WordFolding.words(of: String(name)).joined()] = place + 1
      }
    }
    for word in MonthNames.fillers.split(separator: " ") {
      ignored.insert(WordFolding.words(of: String(word)).joined())
    }
  }

  /// - Parameter word: folded, without spaces.
  /// - Returns: 1 to 12.
  func month(_ word: String) -> Int? { months[word] }

  func isIgnored(_ word: String) -> Bool { ignored.contains(word) }
}
