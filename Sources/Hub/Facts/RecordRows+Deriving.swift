internal import Crypto
internal import Matching
internal import Records

extension RecordSummary {
  init(of entry: ReadableEntry) {
    guard !entry.record.isEmpty else {
      self.init(id: nil, type: "", purposes: Purpose.unnamedBit, problems: 1)
      return
    }
    let record = SharedRecord.read(entry.record)
    self.init(
      id: record.id?.text, type: record.type, purposes: Purpose.bits(record.common.purposes),
      problems: record.problems.count, rules: Set(record.problems.map(\.rule)).sorted(),
      grade: record.common.grade?.text,
      typeName: record.knownType?.rawValue ?? RecordSummary.otherType)
  }
}

extension RecordRows {
  /// - Parameter bytes: of a record; empty for what is none.
  init(of bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    let record = SharedRecord.read(bytes)
    for selector in record.selectors { add(selector) }
    if case .trip(let trip) = record.body {
      for leg in trip.legs {
        guard let service = ServiceDay(leg) else { continue }
        selectors.append(Selector(kind: SelectorKind.serviceDay, value: Array(service.text.utf8)))
      }
    }
    references = record.references.map {
      Reference(target: $0.reference.text, field: $0.field)
    }
    words = record.words
    keys = Evidence(of: record).map { NameKey.blob($0.filedKeys) } ?? []
  }

  private mutating func add(_ selector: Records.Selector) {
    if selector.kind == .documentRange, let last = selector.last {
      let (low, high) = (NumberParts(selector.value), NumberParts(last))
      ranges.append(
        Range(series: low.series, digits: low.digits.count, low: low.digits, high: high.digits))
    } else {
      selectors.append(
        Selector(
          kind: selector.kind.number, value: SelectorValue.stored(selector.kind, selector.value)))
    }
  }
}
