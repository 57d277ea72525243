internal import HubInterface
internal import Log
public import Runtime
internal import SQL

/// Why the hub did not start, or had to end.
public enum HubStartError: Error, Sendable {
  /// Another process has the folder.
  case locked(String)
  case database(String)
  /// A database that hubs share does not answer.
  case server(String)
  case configuration(String, hint: String)
  case system(SystemError)
}

/// Runs a hub until SIGTERM: one thread reads from the daemon and writes the facts, one loop
/// answers questions.
public enum Hub {
  /// The release, as `--version` and the status say it.
  public static let version = HubService.version

  /// Returns after a clean stop; the consultation log is then anchored where the daemon answered.
  public static func run(
    _ configuration: HubConfiguration, logger: Logger = Logger()
  ) throws(HubStartError) {
    Environment.keepFreedMemory()
    do {
      try HubHost(configuration, logger).run()
    } catch let error as LockError {
      throw .locked("\(error)")
    } catch let error as SQLError {
      switch error.kind {
      case .unfit: throw .configuration(error.message, hint: "see docs/hub.md")
      case .lost, .busy, .fenced: throw .server("\(error)")
      default: throw .database("\(error)")
      }
    } catch let error as SystemError {
      throw .system(error)
    } catch let error as HubError {
      if case .refused(let reason, let hint) = error { throw .configuration(reason, hint: hint) }
      throw .database("\(error)")
    } catch {
      throw .database("\(error)")
    }
  }
}
