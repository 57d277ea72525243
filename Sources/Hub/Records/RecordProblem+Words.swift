extension RecordProblem {
  /// A class of failure, as vectors name it: one for all of a kind.
  public var failure: String {
    switch kind {
    case .notJSON: "notJSON"
    case .missing: "missing"
    case .wrongKind: "wrongKind"
    case .empty: "empty"
    case .tooLong: "tooLong"
    case .tooMany: "tooMany"
    case .notListed: "notListed"
    case .form: "form"
    case .noSuchDay: "noSuchDay"
    case .endsBeforeItBegins: "endsBeforeItBegins"
    case .needs: "needs"
    case .doesNotFit: "doesNotFit"
    case .newerVersion: "newerVersion"
    case .unknownType: "unknownType"
    case .unknownField: "unknownField"
    case .notComparable: "notComparable"
    case .writtenOtherwise: "writtenOtherwise"
    }
  }

  /// "grade has another form (REC-6)", without a full stop.
  public var sentence: String {
    (field.isEmpty ? "the record" : field) + " " + reason + " (REC-\(rule))"
  }

  /// Completes a sentence that begins with the field.
  public var reason: String {
    switch kind {
    case .notJSON: "is no JSON object on one line"
    case .missing: "is missing"
    case .wrongKind(let expected):
      switch expected {
      case .text: "is no text in double quotes"
      case .list: "is no list"
      case .object: "is no object"
      case .number: "is no whole number of its range"
      case .bool: "is neither true nor false"
      }
    case .empty: "is empty"
    case .tooLong(let bytes): "is longer than \(bytes) bytes"
    case .tooMany(let count): "has more than \(count) values"
    case .notListed: "is no value of its list"
    case .form(let form): "is no \(form.name)"
    case .noSuchDay: "is a day that there is not"
    case .endsBeforeItBegins: "ends before it begins"
    case .needs(let fields):
      fields.count == 1
        ? "needs \(fields[0]) beside it" : "has none of \(fields.joined(separator: ", "))"
    case .doesNotFit: "does not fit what stands beside it"
    case .newerVersion: "is a version that this program does not know"
    case .unknownType: "is no type that this program knows: nothing of it was checked"
    case .unknownField: "is a field that this program does not know: nobody will match by it"
    case .notComparable(let form):
      "is no \(form.name): it is kept as it is, and not compared as one"
    case .writtenOtherwise(let code): "is taken for the country \(code), and is not its code"
    }
  }

  /// The remedy: one sentence.
  public var hint: String {
    switch kind {
    case .notJSON: "Write one JSON object a line; see Protocols/json.md."
    case .missing: missingHint
    case .wrongKind(let expected):
      switch expected {
      case .text: "Write text in double quotes: \"…\"."
      case .list: "Write a list, also for one value: […]."
      case .object: "Write an object: {\"…\":…}."
      case .number: "Write a whole number without quotes."
      case .bool: "Write true or false without quotes."
      }
    case .empty: "Leave the field out where nothing is known."
    case .tooLong: "Shorten it, or put the rest into a record of its own and name it in refs."
    case .tooMany: "Put the rest into a record of its own, with a link of role same."
    case .notListed(let values): "Write one of \(values.joined(separator: ", "))."
    case .form(let form), .notComparable(let form): form.hint
    case .writtenOtherwise(let code): "Write \(code)."
    case .noSuchDay: "Write the month alone (1987-02) where the day is not known."
    case .endsBeforeItBegins: "Write the earlier one first."
    case .needs(let fields):
      fields.count == 1 ? "Add \(fields[0])." : "Add one of them."
    case .doesNotFit: "Let liaison publish --attach write it."
    case .newerVersion: "Write \"v\":1, or use a newer liaison."
    case .unknownType:
      "Known types: \(RecordType.allCases.map(\.rawValue).joined(separator: ", "))."
    case .unknownField(let meant):
      meant.map { "Did you mean \($0)?" }
        ?? "It is published as it is; see Protocols/records.md, 3."
    }
  }

  private var missingHint: String {
    switch field {
    case "v": "Add \"v\":1."
    case "id": "Add an id of your own for this matter, for example \"id\":\"2015-0117\"."
    case "basis": "Add \"basis\":\"fact\" or \"basis\":\"assessment\"."
    case "grade":
      "Add a grade, source A B C X and information 1 to 4, for example \"grade\":\"B2\"."
    case "handling": "Add a list of handling codes, for example \"handling\":[\"H0\"]."
    case "purpose": "Add a list of purposes, for example \"purpose\":[\"ct\"]."
    case "category": "Add the person's category, for example \"category\":\"suspect\"."
    default: "Add it; see Protocols/records.md."
    }
  }
}

extension RecordProblem.ValueForm {
  /// Behind "is no".
  var name: String {
    switch self {
    case .id: "id"
    case .reference: "reference to a record"
    case .date: "date"
    case .time: "time of a journey"
    case .grade: "grade"
    case .country: "country's code"
    case .amount: "amount"
    case .currency: "currency's code"
    case .hash: "SHA-256 in hexadecimal"
    case .coordinate: "coordinate"
    case .nodeName: "name of a node"
    case .groupVersion: "version of a group"
    case .members: "list of members, ascending by name"
    case .number: "document number"
    case .range: "range of numbers"
    case .phone: "telephone number"
    case .imei: "IMEI with a right check digit"
    case .imsi: "IMSI"
    case .mail: "address of mail"
    case .iban: "IBAN with right check digits"
    case .wallet: "address of a wallet"
    case .plate: "plate"
    case .vin: "VIN"
    case .imo: "IMO number with a right check digit"
    case .locator: "locator of a booking"
    case .zone: "machine readable zone that is well read"
    case .fileName: "name of a file"
    case .entryRange: "range of entries"
    }
  }

  var hint: String {
    switch self {
    case .id: "Write 1 to 64 of A-Z, a-z, 0-9, \".\", \"_\" and \"-\"."
    case .reference: "Write NODE:ID, for example nl:2015-0117, or an object like {\"name\":\"…\"}."
    case .date: "Write 1987, 1987-03, 1987-03-02, 1987~ or 1985/1988."
    case .time: "Write 2015-03-06, 2015-03-06T06:30, or that with Z or +03:00 behind it."
    case .grade: "Write source A B C X and information 1 2 3 4, for example B2."
    case .country: "Write two small letters of ISO 3166, for example iq."
    case .amount: "Write it as text with a point: \"1250.00\"."
    case .currency: "Write three capitals of ISO 4217, for example EUR."
    case .hash: "Write 64 hexadecimal digits."
    case .coordinate: "Write degrees as a number: lat -90 to 90, lon -180 to 180."
    case .nodeName: "Write the name of its card, for example nl or be.fiu."
    case .groupVersion: "Write convener, name and number, for example nl:ctf-balkans@3."
    case .members: "Sort them by name, and name each once."
    case .number: "Write the number alone, at most 64 letters and digits."
    case .range: "Write from and to with the same letters before as many digits."
    case .phone: "Write it with its country's code, for example +31612345678."
    case .imei, .imsi, .iban, .imo, .vin, .zone: "Compare it with its source."
    case .mail: "Write NAME@HOST."
    case .wallet: "Write the address alone, 20 to 128 characters."
    case .plate: "Write the plate alone, at most 20 letters and digits."
    case .locator: "Write 5 to 8 letters and digits."
    case .fileName: "Write the name alone, without folders and control characters."
    case .entryRange: "Let liaison publish --attach write it."
    }
  }
}
