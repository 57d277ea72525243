import Crypto
package import Groups
import Log
import Runtime

/// The place where a node keeps what its operator accepted of each group.
package protocol AcceptanceFolder {
  /// Those that were there at the start, and can be used.
  var acceptances: [GroupAcceptance] { get }
  /// Synced when it returns.
  mutating func save(_ acceptance: GroupAcceptance) throws(ControlError)
}

/// `groups/` in the data folder. A file that cannot be read accepts nothing.
struct GroupFolder: AcceptanceFolder {
  private let folder: String
  private(set) var acceptances: [GroupAcceptance] = []
  /// Files that could not be used, each with why.
  private(set) var problems: [String] = []

  init(_ folder: NodeFolder) {
    self.folder = folder.groups
    do throws(SystemError) {
      let names = try FileSystem.list(self.folder).sorted().filter { $0.hasSuffix(".group") }
      for name in names.prefix(NodeLimits.groupFiles) { load(name) }
    } catch {
      guard !error.isNotFound else { return }
      problems.append("\(self.folder): \(error): nothing counts as accepted")
    }
  }

  private mutating func load(_ name: String) {
    let path = "\(folder)/\(name)"
    do throws(SystemError) {
      let bytes = try FileSystem.read(path, maxBytes: GroupLimits.acceptanceBytes)
      guard let acceptance = GroupAcceptance(parsing: bytes),
        GroupFolder.file(of: acceptance.version.group) == name
      else {
        problems.append("\(path) is damaged: accept the group anew (liaison group accept)")
        return
      }
      acceptances.append(acceptance)
    } catch {
      problems.append("\(path): \(error): the group does not count as accepted")
    }
  }

  /// No node's name has an underscore.
  private static func file(of group: GroupName) -> String { "\(group.convener)_\(group.id).group" }

  func save(_ acceptance: GroupAcceptance) throws(ControlError) {
    do throws(SystemError) {
      try FileSystem.makeFolder(folder, mode: 0o700)
      try FileSystem.atomicWrite(
        "\(folder)/\(GroupFolder.file(of: acceptance.version.group))", acceptance.encode(),
        mode: 0o600)
    } catch {
      throw .refused(
        reason: "\(folder) could not be written: \(error)",
        hint: "nothing was accepted: look at that folder and its disk, and try again")
    }
  }
}
