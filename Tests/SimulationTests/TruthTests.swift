import Crypto
import Log
import Testing

@testable import Simulation

/// The truth that runs of nodes are judged by can say no.
@Suite("The truth of a campaign")
struct TruthTests {
  private let identity = try! NodeKeys("nl", seed: 7).identity(1)

  private func hash(_ number: UInt8) -> Digest { SHA256.hash([number]) }

  /// A log of three entries, as the first disk holds it; each leaf has a header of its own.
  private func log(signsOnce: Bool) throws -> LogTruth {
    var log = LogTruth(identity, signsOnce: signsOnce)
    for index in 0..<3 {
      let number = UInt8(index)
      #expect(try log.met(hash(number), at: index, by: "a") { hash(100 + number) })
    }
    return log
  }

  @Test("An author that signs once has one entry at an index, and none above a gap")
  func signsOnce() throws {
    var log = try log(signsOnce: true)
    #expect(try log.met(hash(1), at: 1, by: "b") { nil })
    #expect(throws: Violation.self) { try log.met(hash(9), at: 1, by: "b") { nil } }
    #expect(throws: Violation.self) { try log.met(hash(9), at: 4, by: "b") { nil } }
    #expect(log.fork == nil && log.leaves.count == 3)
  }

  @Test("Of a log with two branches the lowest index is known at which they differ")
  func forks() throws {
    var log = try log(signsOnce: false)
    #expect(try !log.met(hash(9), at: 2, by: "b") { hash(9) })
    #expect(log.fork == 2)
    #expect(try !log.met(hash(8), at: 1, by: "c") { hash(8) })
    #expect(try !log.met(hash(7), at: 7, by: "c") { hash(7) })
    #expect(log.fork == 1 && log.leaves.count == 3)
    #expect(!log.allows(hash(8).array, at: 1) && !log.allows(hash(7).array, at: 7))
  }

  @Test("Two signatures of one header are no fork, and either may be stored")
  func twins() throws {
    var log = try log(signsOnce: false)
    #expect(try log.met(hash(9), at: 1, by: "b") { hash(101) })
    #expect(log.fork == nil && log.twins == [1])
    #expect(log.allows(hash(9).array, at: 1) && log.allows(hash(1).array, at: 1))
    #expect(!log.allows(hash(9).array, at: 2))
  }
}
