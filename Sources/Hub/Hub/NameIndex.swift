internal import Matching
internal import Records

/// Names of current persons and organisations, in memory: which of them may be meant. The loop
/// changes it; a merge of what came since runs on another thread where the host has one.
final class NameIndex {
  let shared = SharedIndex()
  private var builder: CandidateIndex.Builder?
  private var flagged = SharedIndex.Flagged()
  /// Changes since a merge began elsewhere: they are applied to its result, too.
  private var sinceMerge: [IndexChange]?
  /// Merges on another thread, and calls back on this one. nil: merges here and now.
  var mergeElsewhere: ((CandidateIndex, @escaping (CandidateIndex) -> Void) -> Void)?

  /// - Parameter expected: keys, if that is known.
  init(expecting expected: Int = 0) { builder = CandidateIndex.Builder(expecting: expected) }

  var count: Int { builder?.records ?? shared.count }
  var bytes: Int { shared.bytes }

  /// Before `finishLoading`, in rising order of numbers.
  func load(_ number: UInt32, _ keys: [UInt8], _ flags: NameFlags) {
    _ = builder?.add(number, blob: keys)
    flagged.insert(number, flags)
  }

  func finishLoading() {
    guard let built = builder.take() else { return }
    let index = CandidateIndex(built)
    shared.change { $0 = SharedIndex.Content(keys: index, flagged: flagged) }
    flagged = SharedIndex.Flagged()
  }

  func apply(_ change: IndexChange) {
    finishLoading()
    let isFull = shared.change { content in
      NameIndex.apply(change, to: &content.keys)
      for added in change.added { content.flagged.insert(added.number, added.flags) }
      return content.keys.isDeltaFull
    }
    if sinceMerge != nil {
      sinceMerge?.append(change)
    } else if isFull {
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
    guard let mergeElsewhere else { return shared.change { $0.keys.merge() } }
    sinceMerge = []
    mergeElsewhere(shared.snapshot.keys) { [weak self] merged in self?.take(merged) }
  }

  private func take(_ merged: CandidateIndex) {
    var merged = merged
    for change in sinceMerge ?? [] { NameIndex.apply(change, to: &merged) }
    sinceMerge = nil
    shared.change { $0.keys = merged }
  }

  /// - Returns: numbers of `keys`, the likeliest first, and how many others are as good as the last
  ///   one.
  func candidates(_ evidence: Evidence, limit: Int) -> (numbers: [UInt32], equally: Int?) {
    shared.candidates(evidence, limit: limit)
  }
}
