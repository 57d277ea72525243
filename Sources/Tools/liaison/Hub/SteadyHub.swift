import CommandLine
import Glibc

/// A hub that is asked again and again, for days: it may go away meanwhile, and come back.
struct SteadyHub {
  private static let firstRestSeconds: UInt32 = 1
  private static let longestRestSeconds: UInt32 = 10
  /// Failures that another try may mend: it is not there, its disk is full, it has too much
  /// waiting.
  private static let passing: Set<ExitCode> = [.unavailable, .temporaryFailure, .inputOutput]

  private let folder: String
  private let rest: (_ seconds: UInt32) -> Void
  private var hub: HubConnection?
  private var hasAnswered = false

  /// - Parameter rest: waits.
  init(_ folder: String, rest: @escaping (_ seconds: UInt32) -> Void = { _ = sleep($0) }) {
    self.folder = folder
    self.rest = rest
  }

  /// Before its first answer any failure ends this: then the folder may be the wrong one. Later on
  /// it is asked until it answers, which is said once.
  mutating func call<Reply: Decodable>(
    _ method: String, _ parameters: some Encodable, reply: Reply.Type
  ) throws(Failure) -> Reply {
    var seconds = SteadyHub.firstRestSeconds
    var isAway = false
    while true {
      do throws(Failure) {
        let hub = try connected()
        let answer = try hub.call(method, parameters, reply: reply)
        hasAnswered = true
        if isAway { Output.printError("liaison: the hub answers again\n") }
        return answer
      } catch {
        hub = nil
        guard hasAnswered, SteadyHub.passing.contains(error.code) else { throw error }
        if !isAway {
          Output.printError("liaison: \(error.sentence) It is asked until it answers again.\n")
        }
        isAway = true
        rest(seconds)
        seconds = min(2 * seconds, SteadyHub.longestRestSeconds)
      }
    }
  }

  private mutating func connected() throws(Failure) -> HubConnection {
    if let hub { return hub }
    let hub = try HubConnection(folder)
    self.hub = hub
    return hub
  }

  /// Before it is asked again though it had nothing to say.
  func pause() { rest(SteadyHub.firstRestSeconds) }
}
