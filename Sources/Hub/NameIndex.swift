internal import Matching
internal import Records

/// Names of current persons and organisations, in memory: which of them may be meant. The loop owns it; a merge of what came since
/// runs on another thread where the host has one.
final class NameIndex {
  private var index = CandidateIndex()
  private var builder: CandidateIndex.Builder?
  /// Changes since a merge began elsewhere: they are applied to its result, too.
  private var sinceMerge: [IndexChange]?
  /// Merges on another thread, and calls back on this one. nil: merges here and now.
  var mergeElsewhere: ((CandidateIndex, @escaping (CandidateIndex) -> Void) -> Void)?

  /// - Parameter expected: keys, if that is known.
  init(expecting expected: Int = 0) { builder = CandidateIndex.Builder(expecting: expected) }

  var count: Int { builder?.records ?? index.count }
  var bytes: Int { index.bytes }

  /// Before `finishLoading`, in rising order of numbers.
  func load(_ number: UInt32, _ keys: [UInt8]) { _ = builder?.add(number, blob: keys) }

  func finishLoading() {
    guard let built = builder.take() else { return }
    index = CandidateIndex(built)
  }

  func apply(_ change: IndexChange) {
    finishLoading()
    NameIndex.apply(change, to: &index)
    if sinceMerge != nil {
      sinceMerge?.append(change)
    } else if index.isDeltaFull {
      merge()
    }
  }

  private static func apply(_ change: IndexChange, to index: inout CandidateIndex) {
    for number in change.removed { index.remove(number) }
    for added in change.added {
      if let keys = NameKey.keys(ofBlob: added.keys) { index.insert(added.number, keys) }
    }
  }

  private func merge() {
    guard let mergeElsewhere else { return index.merge() }
    sinceMerge = []
    mergeElsewhere(index) { [weak self] merged in self?.take(merged) }
  }

  private func take(_ merged: CandidateIndex) {
    var merged = merged
    for change in sinceMerge ?? [] { NameIndex.apply(change, to: &merged) }
    sinceMerge = nil
    index = merged
  }

  /// - Returns: numbers of `keys`, the likeliest first, and how many others are as good as the last one.
  func candidates(_ evidence: Evidence, limit: Int) -> (numbers: [UInt32], equally: Int?) {
    let found = index.candidates(evidence.askedKeys, limit: limit)
    return (found.found.map(\.record), found.equallyGood > 0 ? found.equallyGood : nil)
  }
}
