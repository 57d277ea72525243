import Foundation
import Runtime

@testable import Hub
@testable import SQL

/// Where the tables of a test's hub are: files in a folder of its own; with `LIAISON_POSTGRES` (a
/// server that the test command started, and ends) a database of its own. The same tests run on
/// both.
final class TestStorage {
  let folder: String
  /// nil: files.
  let url: String?
  let storage: HubStorage
  let lease: Lease?
  private let name: String

  /// The server's own database, as a user that may make others.
  static let server = ProcessInfo.processInfo.environment["LIAISON_POSTGRES"]
  /// True for tests of what holds for files alone.
  static var isFile: Bool { server == nil }

  /// - Parameter writes: false where what is tested takes the lease itself.
  init(writes: Bool = true) throws {
    let id = UUID().uuidString.replacing("-", with: "").lowercased()
    folder = FileManager.default.temporaryDirectory.path + "/hub-\(id)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    guard let server = TestStorage.server else {
      (name, url, lease) = ("", nil, nil)
      storage = HubStorage(HubFolder(folder))
      return
    }
    name = try TestStorage.take()
    let url = server.replacing("/postgres?", with: "/\(name)?")
    self.url = url
    let own = try Server(url)
    storage = HubStorage(own)
    guard writes else {
      lease = nil
      return
    }
    let lease = try Lease(own, holder: "a test")
    guard try lease.hold().isHeld else { throw SQLError(.fenced, "a new database has a writer") }
    self.lease = lease
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
    if url != nil { TestStorage.free.withLock { $0.append(name) } }
  }

  // MARK: - Databases

  /// Databases are used again: making one takes as long as a test.
  private static let free = Monitor([String]())

  private static func take() throws -> String {
    guard let known = free.withLock({ $0.popLast() }) else {
      let name = "liaison_\(UUID().uuidString.replacing("-", with: "").lowercased())"
      try administer("CREATE DATABASE \(name) TEMPLATE template0")
      return name
    }
    try administer("DROP SCHEMA IF EXISTS facts, alerts, desk, hub CASCADE", in: known)
    return known
  }

  static func administer(_ command: String, in database: String = "postgres") throws {
    guard let server else { return }
    let url = server.replacing("/postgres?", with: "/\(database)?")
    try Database(.schema("public", Server(url)), .sharing).execute(command)
  }
}
