import Foundation
import Node
import Replication
import Testing
import Transport

@testable import liaison

@Suite("liaison status: what an operator reads")
struct StatusTextTests {
  private let now: UInt64 = 2_000_000_000_000

  private func report() -> StatusReport {
    var logs = [
      LogReport(
        origin: "nl/1", id: "", size: 1_204, root: "", cosignatures: ["be", "fr"], own: true),
      LogReport(
        origin: "be/1", id: "", size: 5_210, root: "", cosignatures: [], own: false,
        missingEntries: 194_790,
        catchUp: CatchUpReport(
          held: 5_210, total: 200_000, entriesPerSecond: 31_200, secondsLeft: 7, sources: 2),
        carriers: ["be", "fr"]),
      LogReport(
        origin: "fr/1", id: "", size: 10, root: "", cosignatures: [], own: false, disputed: true,
        frozenAt: 10,
        evidence: ["/var/lib/liaison/faults/\(String(repeating: "a1", count: 32))-10.fork"],
        help: String(repeating: "talk to its operator and ", count: 8) + "wait", carriers: ["fr"],
        why: "frozen"),
    ]
    logs.append(
      LogReport(
        origin: "de/1", id: "", size: 0, root: "", cosignatures: [], own: false, why: "no route"))
    let peers = [
      PeerReport(
        name: "be", state: "connected", lagEntries: 12, lagSeconds: 3, since: Int64(now) - 5_000,
        bytesIn: 5_000_000, bytesOut: 70,
        held: [
          HeldRateReport(rate: "received", perSecond: 65_536, times: 3, holding: true),
          HeldRateReport(rate: "messages", perSecond: 50, times: 1, holding: false),
        ]),
      PeerReport(
        name: "de", state: "disconnected", address: "de.example:4747",
        since: Int64(now) - 90_000_000,
        why: "connection refused"),
    ]
    return StatusReport(
      node: "nl", logs: logs, peers: peers, warnings: ["two copies of node be are alive"],
      startedAt: Int64(now) - 8_000_000)
  }

  @Test("HUB-68, 69: the newest anchor, that the next is overdue, and nothing of a log without any")
  func anchors() {
    var report = report()
    #expect(!StatusText.text(report, now: now).contains("anchor"))
    report.logs[1].anchor = AnchorReport(
      index: 17, time: now - 600_000, log: String(repeating: "0", count: 64))
    let text = StatusText.text(report, now: now)
    #expect(text.contains("looks last anchored in entry 17, 2033-05-18 03:23 UTC"), "\(text)")
    #expect(!text.contains("overdue"))
    report.logs[1].anchor?.overdueSeconds = 2_700
    let later = StatusText.text(report, now: now)
    #expect(later.contains("no anchor came for 45 min: the next is overdue"), "\(later)")
  }

  @Test("Progress, what is held, where there is no route, evidence, and totals at the bottom")
  func words() {
    let text = StatusText.text(report(), now: now)
    for part in [
      "2.6 % of 200000, 31200 entries/s, 7 s left, from 2 peers", "FROZEN at 10", "-10.fork",
      "no route", "received above 65 kB a second: held 3 times, also now",
      "messages above 50 a second: held 1 times", "at de.example:4747",
      "4 logs: 6424 entries here, 194790 missing, 31200 entries/s, 7 s left; 1 frozen; 1 without",
      "2 peers: 1 connected, 1 behind, 1 held back", "WARNING two copies",
    ] {
      #expect(text.split(separator: "\n").joined(separator: " ").contains(part), "\(part): \(text)")
    }
  }

  @Test("80 columns are enough, but for a single long word")
  func columns() {
    for line in StatusText.text(report(), now: now).split(separator: "\n") {
      #expect(line.count <= 80 || line.split(separator: " ").count == 1, "\(line)")
    }
  }

  @Test("Not before all is there are 100 % said, and no time where nothing comes")
  func progress() {
    let almost = CatchUpReport(
      held: 99_999_999, total: 100_000_000, entriesPerSecond: 0, sources: 1)
    #expect(
      StatusText.progress(almost) == "99.9 % of 100000000, 0 entries/s, from 1 peer")
  }

  @Test("docs/operators.md names every counter of the core and of the transport")
  func counters() throws {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    let page = folder.appendingPathComponent("docs/operators.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let names =
      Counter.allCases.map(\.rawValue) + ChannelError.allCases.map(\.counter)
      + ConnectionGate.Refusal.allCases.map(\.counter)
    #expect(names.filter { !text.contains("`\($0)`") } == [])
  }
}
