import Replica
import Runtime

/// Closes this node's audiences whose term is over, used or not (Protocols/sealing.md, SEAL-29):
/// partners can forget the sealing keys that opened them.
final class AudienceTerms {
  private let publishing: Publishing
  private let notices: Notices
  private let loop: EventLoop
  private let alarm: Alarm
  private var isUnderWay = false
  private var isStopped = false

  init(_ loop: EventLoop, _ publishing: Publishing, _ notices: Notices) {
    self.loop = loop
    self.publishing = publishing
    self.notices = notices
    alarm = Alarm(loop)
  }

  func begin() { look() }

  func stop() {
    isStopped = true
    alarm.cancel()
  }

  private func look() {
    guard !isStopped else { return }
    let isOld = publishing.author.hasOldAudience
    if isOld == true, !isUnderWay, publishing.replica.signingObstacle == nil { close() }
    let pause =
      isOld == nil
      ? NodeLimits.audienceReadingMilliseconds : NodeLimits.audienceLookMilliseconds
    alarm.ring(by: loop.now + pause) { [weak self] in self?.look() }
  }

  private func close() {
    isUnderWay = true
    publishing.author.publish(
      Publication(
        records: [], recipients: { Recipients(members: []) }, replicas: 0, closesOld: true,
        isHeard: { true },
        reply: { [weak self] result in
          guard let self else { return }
          self.isUnderWay = false
          switch result {
          case .success: self.notices.logger.info("audiences past their term were closed")
          case .failure(let error):
            self.notices.logger.warning("audiences past their term were not closed: \(error)")
          }
        }))
  }
}
