internal import Crypto
internal import Matching
internal import Records

/// All that is derived from an entry: pure, so that it is made while the writer writes something
/// else.
struct DerivedEntry: Sendable {
  let summary: RecordSummary
  let rows: RecordRows
  /// Nil: it says nothing of another entry.
  let word: EntryWord?

  init(of entry: ReadableEntry) {
    guard !entry.record.isEmpty else {
      summary = RecordSummary(id: nil, type: "", purposes: Purpose.unnamedBit, problems: 1)
      rows = RecordRows()
      word = nil
      return
    }
    let record = SharedRecord.read(entry.record)
    summary = RecordSummary(of: record)
    rows = RecordRows(of: record)
    word = EntryWord(of: record)
  }
}

extension RecordSummary {
  init(of record: SharedRecord) {
    self.init(
      id: record.id?.text, type: record.type, purposes: Purpose.bits(record.common.purposes),
      problems: record.problems.count, rules: Set(record.problems.map(\.rule)).sorted(),
      grade: record.common.grade?.text, isCorrection: record.common.change != nil,
      typeName: record.knownType?.rawValue ?? RecordSummary.otherType)
  }
}

extension RecordRows {
  init(of record: SharedRecord) {
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
    words = record.words.map(WordNumber.of)
    if let fields = ComparedFields(of: record) {
      let keys = NameKey.blob(fields.evidence.filedKeys)
      if !keys.isEmpty {
        name = NameRow(keys: keys, fields: fields.bytes, flags: NameFlags(of: record))
      }
    }
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
