internal import HubInterface
internal import Records

extension Zone {
  init(_ read: MachineReadableZone, today: CivilDay?) {
    self.init(
      format: read.format.rawValue, documentType: read.documentType, issuer: read.issuer,
      number: read.number,
      name: (read.names.secondary + read.names.primary).joined(separator: " "),
      birthDate: today.flatMap { read.birth.birth(today: $0)?.text },
      expiryDate: today.flatMap { read.expiry.expiry(today: $0)?.text }, sex: read.sex.word,
      nationality: read.nationality, wellRead: read.isWellRead,
      problems: read.failedChecks.map { "the check digit of the \($0.word) does not fit" }.sorted())
  }
}

extension ZoneCheck {
  fileprivate var word: String {
    switch self {
    case .number: "number"
    case .birth: "date of birth"
    case .expiry: "date of expiry"
    case .personal: "personal number"
    case .composite: "whole zone"
    }
  }
}

extension ZoneSex {
  fileprivate var word: String? {
    switch self {
    case .male: "male"
    case .female: "female"
    case .unspecified: nil
    }
  }
}
