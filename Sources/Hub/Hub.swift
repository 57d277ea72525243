internal import HubInterface
internal import Log
public import Runtime
internal import SQL

/// Why the hub did not start, or had to end.
public enum HubStartError: Error, Sendable {
  /// Another process has the folder.
  case locked(String)
  case database(String)
  case configuration(String, hint: String)
  case system(SystemError)
}

/// Runs a hub until SIGTERM: one thread reads from the daemon and writes the facts, one loop answers questions.
public enum Hub {
  public static let version = HubService.version

  public static func run(
    _ configuration: HubConfiguration, journal: Journal = Journal()
  ) throws(HubStartError) {
    do {
      try HubHost(configuration, journal).run()
    } catch let error as LockError {
      throw .locked("\(error)")
    } catch let error as SQLError {
      throw .database("\(error)")
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
