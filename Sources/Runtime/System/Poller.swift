internal import CLinux

/// What a descriptor became ready for.
struct Readiness {
  let mask: UInt32

  var isReadable: Bool { mask & EPOLLIN.rawValue != 0 }
  var isWritable: Bool { mask & EPOLLOUT.rawValue != 0 }
  /// The other side is gone, or the socket failed; a read tells which.
  var isHangUp: Bool { mask & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 }
}

/// epoll, level-triggered. Each registration has an id that is never reused, so that an event of a closed
/// descriptor is never taken for one of a new descriptor of the same number.
struct Poller {
  private let epoll: Descriptor
  private var ids: [UInt64]
  private var masks: [UInt32]
  private(set) var ready = 0

  init() throws(SystemError) {
    epoll = Descriptor(owning: try check(liaison_epoll_create(), "epoll_create1"))
    ids = Array(repeating: 0, count: Limits.eventsPerBatch)
    masks = Array(repeating: 0, count: Limits.eventsPerBatch)
  }

  static func mask(reading: Bool, writing: Bool) -> UInt32 {
    (reading ? EPOLLIN.rawValue : 0) | (writing ? EPOLLOUT.rawValue : 0)
  }

  func add(_ descriptor: Descriptor, id: UInt64, mask: UInt32) throws(SystemError) {
    try check(
      liaison_epoll_control(epoll.raw, EPOLL_CTL_ADD, descriptor.raw, mask, id), "epoll_ctl add")
  }

  func change(_ descriptor: Descriptor, id: UInt64, mask: UInt32) throws(SystemError) {
    try check(
      liaison_epoll_control(epoll.raw, EPOLL_CTL_MOD, descriptor.raw, mask, id), "epoll_ctl mod")
  }

  func remove(_ descriptor: Descriptor) {
    _ = liaison_epoll_control(epoll.raw, EPOLL_CTL_DEL, descriptor.raw, 0, 0)
  }

  /// Waits at most so long (-1: for ever); events are then read with `event(_:)`, 0..<ready.
  mutating func wait(timeoutMilliseconds: Int32) throws(SystemError) {
    let result = unsafe liaison_epoll_wait(
      epoll.raw, &ids, &masks, Int32(Limits.eventsPerBatch), timeoutMilliseconds)
    ready = result == -Int64(EINTR) ? 0 : Int(try check(result, "epoll_wait"))
  }

  func event(_ index: Int) -> (id: UInt64, readiness: Readiness) {
    (ids[index], Readiness(mask: masks[index]))
  }
}
