import Reading

/// `Changes` under way: a page whenever the client can take one and there may be something to tell.
/// One page waits in memory.
final class ReaderFeed {
  private let service: any ReaderService
  private let place: ReaderPlace
  /// The client takes more than one page.
  private let isMany: Bool
  private var arrivals: ArrivalToken?
  private var isScheduled = false
  private var isCancelled = false
  /// Nothing is to be had before something happens.
  private var isWaiting = false

  var mayDeliver: () -> Bool = { true }
  /// A page, and whether it is the last one.
  var deliver: (ReadingPage, Bool) -> Void = { _, _ in }
  var failed: (ReaderFailure) -> Void = { _ in }

  init(service: any ReaderService, request: ChangesRequest, isMany: Bool) {
    self.service = service
    self.isMany = isMany
    place = ReaderPlace(request)
  }

  func start() {
    arrivals = service.observeArrivals { [weak self] in
      self?.isWaiting = false
      self?.advance()
    }
    advance()
  }

  func cancel() {
    isCancelled = true
    if let arrivals { service.cancel(arrivals) }
    arrivals = nil
    deliver = { _, _ in }
    failed = { _ in }
  }

  /// Goes on in a later turn, so that a long log does not hold up the loop.
  func advance() {
    guard !isScheduled, !isCancelled, !isWaiting else { return }
    isScheduled = true
    service.soon { [weak self] in
      self?.isScheduled = false
      self?.step()
    }
  }

  private func step() {
    guard !isCancelled, mayDeliver() else { return }
    do throws(ReaderFailure) {
      guard let page = try service.page(of: place) else {
        isWaiting = true
        return
      }
      let isLast = !isMany || !page.more && !place.follow
      // Followers wait where nothing more is to be had at once.
      isWaiting = !page.more && place.follow
      deliver(page, isLast)
      if !isLast { advance() }
    } catch {
      failed(error)
    }
  }
}
