import Crypto

@testable import Replication

// Messages of tests, with plain numbers within the bound.

extension AnnouncedHead {
  init(position: Int, size: UInt64, leafHash: Digest) {
    self.init(position: position, size: LogSize(size)!, leafHash: leafHash)
  }
}

extension PullRequest {
  init(
    request: UInt32, position: Int, from: UInt64, to: UInt64, credit: UInt32,
    form: PullForm = .compact
  ) {
    self.init(
      request: request, position: position, from: LogSize(from)!, to: LogSize(to)!,
      credit: credit, form: form)
  }
}
