internal import CLinux
internal import Glibc

/// The owner of a file that root makes in somebody's folder: that somebody. A service that runs as
/// its own user could not open what one `sudo liaison fsck` left behind.
struct FileOwner: Hashable, Sendable {
  let userID: UInt32
  let groupID: UInt32

  /// - Returns: nil when the process makes files under the right user anyway, or cannot give them
  ///   away.
  static func inherited(from folder: Descriptor) throws(SystemError) -> FileOwner? {
    guard geteuid() == 0 else { return nil }
    return FileOwner(of: try folder.status())
  }

  /// - Returns: nil when it is root's.
  init?(of status: FileStatus) {
    guard status.userID != 0 else { return nil }
    userID = status.userID
    groupID = status.groupID
  }
}

extension Descriptor {
  /// Gives away a file that this process made itself and holds open: what others put in its place
  /// is not touched.
  func give(to owner: FileOwner?) throws(SystemError) {
    guard let owner else { return }
    try check(liaison_fchown(raw, owner.userID, owner.groupID), "fchown")
  }

  /// Opens the file for writing, and makes it if it is not there. Not through a link; does not wait
  /// for a shortage to end.
  static func openOrMake(
    _ path: String, in folder: Descriptor? = nil, mode: UInt32, owner: FileOwner?
  ) throws(SystemError) -> Descriptor {
    do throws(SystemError) {
      let made = try Descriptor.openOnce(
        path, in: folder, [.writing, .creating, .exclusive, .notThroughLink], mode: mode)
      try made.give(to: owner)
      return made
    } catch {
      guard error.number == EEXIST else { throw error }
      return try Descriptor.openOnce(path, in: folder, [.writing, .notThroughLink, .notBlocking])
    }
  }

  /// Makes the folder, if it is not there.
  static func makeOwned(
    folder path: String, in folder: Descriptor? = nil, mode: UInt32, owner: FileOwner?
  ) throws(SystemError) {
    do throws(SystemError) {
      try Descriptor.makeFolder(path, in: folder, mode: mode)
    } catch {
      if error.number == EEXIST { return }
      throw error
    }
    guard owner != nil else { return }
    try Descriptor.open(path, in: folder, [.folder, .notThroughLink]).give(to: owner)
  }
}
