internal import CLinux
internal import Glibc

/// The kinds of work that a descriptor became ready for.
struct Readiness {
  let mask: UInt32

  var isReadable: Bool { mask & UInt32(LIAISON_READABLE) != 0 }
  var isWritable: Bool { mask & UInt32(LIAISON_WRITABLE) != 0 }
  /// The other side is gone, or the socket failed; a read tells which.
  var isHangUp: Bool { mask & UInt32(LIAISON_HANG_UP | LIAISON_ERROR) != 0 }
}

/// epoll, level-triggered. Each registration has an id that is never reused, so that an event of a
/// closed descriptor is never taken for one of a new descriptor of the same number.
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
    UInt32((reading ? LIAISON_READABLE : 0) | (writing ? LIAISON_WRITABLE : 0))
  }

  func add(_ descriptor: Descriptor, id: UInt64, mask: UInt32) throws(SystemError) {
    try check(
      liaison_epoll_control(epoll.raw, Int32(LIAISON_ADD), descriptor.raw, mask, id),
      "epoll_ctl add")
  }

  func change(_ descriptor: Descriptor, id: UInt64, mask: UInt32) throws(SystemError) {
    try check(
      liaison_epoll_control(epoll.raw, Int32(LIAISON_CHANGE), descriptor.raw, mask, id),
      "epoll_ctl mod")
  }

  func remove(_ descriptor: Descriptor) {
    _ = liaison_epoll_control(epoll.raw, Int32(LIAISON_REMOVE), descriptor.raw, 0, 0)
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
