import Foundation
import Synchronization
import Testing

@testable import Runtime

@Suite("Names: /etc/hosts, a silent name server, and a budget of descriptors")
struct NameServiceTests {
  @Test("A hosts file: comments, tabs, several names, any case, CRLF, several lines")
  func hostsFile() {
    let text = Array(
      "127.0.0.1 localhost\r\n# 9.9.9.9 be.test\n10.0.0.1\tBE.test  be # x\n::1 be.test\n10.0.0.2"
        .utf8)
    #expect(HostsFile.addresses(of: "be.test", in: text) == ["10.0.0.1", "::1"])
    #expect(HostsFile.addresses(of: "Be.Test.", in: text) == ["10.0.0.1", "::1"])
    #expect(HostsFile.addresses(of: "localhost", in: text) == ["127.0.0.1"])
    #expect(HostsFile.addresses(of: "test", in: text) == [])
    #expect(HostsFile.addresses(of: "10.0.0.2", in: text) == [])
    #expect(HostsFile.addresses(of: ".", in: text) == [])
    let many = Array((0..<20).map { "10.0.0.\($0) x\n" }.joined().utf8)
    #expect(HostsFile.addresses(of: "x", in: many).count == Limits.addressesPerName)
  }

  /// Answers at once, but for names that begin with `slow`: those wait until the test lets them go.
  private final class NameServer: Sendable {
    let gate = DispatchSemaphore(value: 0)
    let asked = Mutex<[String]>([])

    func answer(_ address: String) -> Result<[SocketAddress], SystemError> {
      asked.withLock { $0.append(address) }
      if address.hasPrefix("slow") {
        gate.wait()
        return .failure(SystemError(number: 110, call: "getaddrinfo", detail: address))
      }
      return .success([SocketAddress.literal("127.0.0.9:1")!])
    }
  }

  @Test("A silent name server holds up neither other names, nor /etc/hosts, nor digits")
  func silentServer() throws {
    let folder = TemporaryFolder()
    try Data("10.1.2.3 in.hosts\n".utf8).write(to: URL(fileURLWithPath: folder.file("hosts")))
    let server = NameServer()
    let loop = try EventLoop()
    loop.lookUpsAtOnce = 4
    let resolver = Resolver(
      loop: loop, hostsPath: folder.file("hosts"), slowAfterMilliseconds: 1,
      lookUp: { server.answer($0) })
    let slowAnswers = Box(0)
    let found = Box<[String]>([])
    for number in 0..<20 {
      resolver.addresses(of: "slow\(number).test:1") { _ in slowAnswers.value += 1 }
      // A second one who asks for the same waits for the same answer.
      resolver.addresses(of: "slow\(number).test:1") { _ in slowAnswers.value += 1 }
    }
    // Known to be slow by now: two of four threads are theirs.
    #expect(try loop.turn { server.asked.withLock { $0.count } >= 4 })
    #expect(resolver.threads == 4)
    for address in ["in.hosts:7", "127.0.0.1:8", "[::1]:9"] {
      resolver.addresses(of: address) { found.value += (try? $0.get().map(\.description)) ?? [] }
    }
    #expect(found.value == [], "never from inside the call")
    #expect(try loop.turn { found.value.count == 3 })
    #expect(Set(found.value) == ["10.1.2.3:7", "127.0.0.1:8", "[::1]:9"])
    for _ in 0..<40 { server.gate.signal() }
    #expect(try loop.turn { slowAnswers.value == 40 })
    #expect(server.asked.withLock { $0.count } == 20)
    // Names that were slow have their own share from now on.
    for number in 0..<20 { resolver.addresses(of: "slow\(number).test:1") { _ in } }
    let fast = Box(0)
    for number in 0..<20 { resolver.addresses(of: "fast\(number).test:1") { _ in fast.value += 1 } }
    #expect(try loop.turn { fast.value == 20 })
    for _ in 0..<40 { server.gate.signal() }
  }

  @Test(
    "Descriptors: each kind has its share, and all shares fit the limit",
    arguments: [8, 32, 40, 64, 256, 1_024, 4_096])
  func budget(limit: Int) {
    let budget = DescriptorBudget(limit: limit)
    let clients = budget.clients(atMost: 32)
    let peers = budget.peers(clients: clients)
    #expect(clients >= 2 && peers >= 2 && budget.storeFiles >= 2)
    #expect(budget.dials(of: peers, atMost: 128) >= 1 && budget.halfOpen(of: peers) <= peers)
    if limit >= DescriptorBudget.least {
      let own = Limits.descriptorsOfProcess + Limits.passingDescriptors
      #expect(clients + peers + budget.storeFiles + own <= limit)
    }
    if limit == 4_096 {
      #expect(clients == 32 && peers > 1_000 && budget.storeFiles == Limits.openFiles)
    }
  }

  @Test("A shortage is no fault of a file: the call is made again")
  func shortage() throws {
    for number in [EMFILE, ENFILE, ENOMEM, EAGAIN, EINTR, ENOBUFS] {
      #expect(SystemError(number: number, call: "open").isShortage)
    }
    for number in [EIO, ENOSPC, ENOENT, EACCES, EROFS, EBADF] {
      #expect(!SystemError(number: number, call: "open").isShortage)
    }
    var calls = 0
    let value = try Shortage.waited { () throws(SystemError) in
      calls += 1
      if calls < 3 { throw SystemError(number: EMFILE, call: "open") }
      return calls
    }
    #expect(value == 3)
    #expect(throws: SystemError(number: EMFILE, call: "open")) {
      try Shortage.waited(atMost: 1) { () throws(SystemError) in
        throw SystemError(number: EMFILE, call: "open")
      }
    }
    #expect(throws: SystemError(number: EIO, call: "open")) {
      try Shortage.waited { () throws(SystemError) in throw SystemError(number: EIO, call: "open") }
    }
  }
}
