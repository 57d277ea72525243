/// One tail under way: pulls a page whenever the client can take one and there may be something
/// new. So what waits in memory is one page, however slow the client is.
final class ControlTail {
  private let service: any ControlService
  private let origin: String?
  private let follow: Bool
  private var position: TailPosition
  private var arrivals: ArrivalToken?
  private var isScheduled = false
  private var isCancelled = false
  /// Everything stored was looked at, and nothing came since.
  private var isCaughtUp = false

  var mayDeliver: () -> Bool = { true }
  /// A page, and whether it is the last one.
  var deliver: (TailPage, Bool) -> Void = { _, _ in }
  var failed: (ControlError) -> Void = { _ in }

  init(service: any ControlService, position: TailPosition, origin: String?, follow: Bool) {
    self.service = service
    self.position = position
    self.origin = origin
    self.follow = follow
  }

  func start() {
    if follow {
      arrivals = service.observeArrivals { [weak self] in
        self?.isCaughtUp = false
        self?.advance()
      }
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
    guard !isScheduled, !isCancelled, !isCaughtUp else { return }
    isScheduled = true
    service.soon { [weak self] in
      self?.isScheduled = false
      self?.step()
    }
  }

  private func step() {
    guard !isCancelled, mayDeliver() else { return }
    isCaughtUp = true
    do throws(ControlError) {
      let page = try service.tail(position, origin: origin, limits: ControlLimits.tailPage)
      position = page.position
      let isLast = !page.more && !follow
      if page.more { isCaughtUp = false }
      if !page.events.isEmpty || isLast { deliver(page, isLast) }
      advance()
    } catch {
      failed(error)
    }
  }
}
