extension RecordFields {
  /// The name that a person would give it: the first primary name, a number, who pays whom. Empty
  /// where it says nothing of that kind.
  func label(type: String) -> String {
    switch type {
    case "person", "organization": name
    case "document":
      joined("documentType", "country", self["number"] == nil ? "range" : "number")
    case "identifier": joined("kind", "value")
    case "vehicle": first("plate", "vin", "imo", "tailNumber")
    case "account": first("iban", "accountNumber", "publicKey", "bankName")
    case "payment": joined("amount", "currency", "date")
    case "trip": legs
    case "link": joined("subject", "role", "object")
    case "event": joined("kind", "date", "location")
    case "rfi": first("question", "subject")
    default: name
    }
  }

  private var name: String {
    let names = self["name"]?.elements ?? []
    let primary = names.first { $0["kind"] == .text("primary") } ?? names.first
    return (primary?["full"] ?? primary)?.words ?? ""
  }

  private var legs: String {
    let legs = self["legs"]?.elements ?? []
    let places = [legs.first?["from"], legs.last?["to"]].compactMap { ($0?["name"] ?? $0)?.words }
    return places.joined(separator: " to ")
  }

  private func joined(_ names: String...) -> String {
    names.compactMap { words($0) }.joined(separator: " ")
  }

  private func first(_ names: String...) -> String {
    names.lazy.compactMap { self.words($0) }.first ?? ""
  }
}
