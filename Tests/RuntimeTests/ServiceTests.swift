import Foundation
import Testing

@testable import Runtime

@Suite struct ServiceTests {
  @Test func logLinesAreOneLineEach() {
    let line = Logger.line(
      .info, "peer \"a\u{7}\nb\u{202E}\" at C:\\", isJournal: true, wallMilliseconds: 0)
    #expect(
      String(decoding: line, as: UTF8.self)
        == "<6>peer \"a\\u{7}\\u{a}b\\u{202e}\" at C:\\\n")
    let dated = Logger.line(.warning, "x", isJournal: false, wallMilliseconds: 1_767_323_045_678)
    #expect(String(decoding: dated, as: UTF8.self) == "2026-01-02T03:04:05.678Z warning x\n")
    let long = Logger.line(
      .error, String(repeating: "é", count: 10_000), isJournal: true, wallMilliseconds: 0)
    #expect(long.count <= Limits.logLineBytes && long.count > Limits.logLineBytes - 8)
    #expect(String(validating: long, as: UTF8.self)?.hasSuffix("…\n") == true)
  }

  @Test func aReaderThatStopsCostsLinesNotTime() throws {
    let pipe = Pipe()
    let descriptor = pipe.fileHandleForWriting.fileDescriptor
    let journal = Logger(threshold: .info, descriptor: descriptor, journalStream: "1:1")
    for number in 0..<2_000 { journal.info("line \(number) " + String(repeating: "x", count: 100)) }
    journal.debug("left out")
    _ = pipe.fileHandleForReading.availableData
    journal.info("again")
    try pipe.fileHandleForWriting.close()
    let rest = String(
      decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    let tail = rest.split(separator: "\n").suffix(2)
    #expect(tail.first?.hasSuffix(" log lines were dropped") == true)
    #expect(tail.last?.hasSuffix(" info again") == true)
  }

  @Test(arguments: [false, true]) func notifiesTheServiceManager(isAbstract: Bool) throws {
    let folder = TemporaryFolder()
    let name = isAbstract ? "@liaison-test-\(UUID().uuidString)" : folder.file("notify")
    let receiver = try NotifyReceiver(name)
    let manager = ServiceManager(
      notifySocket: name, watchdogMicroseconds: "4000000", watchdogProcess: nil)
    manager.ready(status: "three logs\nREADY=0")
    #expect(receiver.next() == "READY=1\nSTATUS=three logs READY=0")
    #expect(manager.watchdogMilliseconds == 4_000)
    let loop = try EventLoop()
    manager.watch(loop: loop)
    #expect(receiver.next() == "WATCHDOG=1")
    manager.stopping()
    #expect(receiver.next() == "STOPPING=1")
  }

  @Test func anotherProcessesWatchdogIsNotOurs() {
    let manager = ServiceManager(
      notifySocket: nil, watchdogMicroseconds: "1000000", watchdogProcess: "1")
    #expect(manager.watchdogMilliseconds == nil)
    manager.ready(status: "nobody listens")
  }
}

/// The service manager's end of a notification socket.
private struct NotifyReceiver {
  private let socket: Descriptor

  init(_ name: String) throws {
    socket = try Descriptor.datagramSocket()
    try socket.bind(SocketAddress(unixPath: name), named: name)
  }

  func next() -> String? {
    var buffer = [UInt8](repeating: 0, count: 1_024)
    guard let count = try? socket.receive(into: &buffer) else { return nil }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }
}
