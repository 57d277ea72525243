import Log
import Runtime
import Testing
import Transport

@testable import Node

@Suite("Who is known by which address")
struct ReachTests {
  private let be = try! NodeName("be")
  private let nl = try! NodeName("nl")

  private func source(_ bytes: [UInt8]) -> SourceAddress { SourceAddress(bytes)! }

  @Test("TRN-24: a peer behind an IPv4-mapped address is the one that the roster names in IPv4")
  func mapped() {
    var sources = PeerSources()
    sources.configure(be, [SocketAddress.literal("127.0.0.1:4747")!.hostBytes])
    let mapped = SocketAddress.literal("[::ffff:127.0.0.1]:50123")!.hostBytes
    #expect(mapped.count == 16)
    #expect(sources.contains(source(mapped)))
    #expect(!sources.contains(source([127, 0, 0, 2])))
  }

  @Test("TRN-24: each address of a name counts, so does the /64, and those of the last sessions")
  func several() {
    var sources = PeerSources()
    let six = SocketAddress.literal("[2001:db8::1]:1")!.hostBytes
    sources.configure(be, [[10, 0, 0, 1], six])
    #expect(sources.contains(source([10, 0, 0, 1])))
    #expect(sources.contains(source(SocketAddress.literal("[2001:db8::9]:1")!.hostBytes)))
    for host in 1...5 { sources.saw(nl, at: [10, 0, 1, UInt8(host)]) }
    #expect(!sources.contains(source([10, 0, 1, 1])))
    #expect((2...5).allSatisfy { sources.contains(source([10, 0, 1, UInt8($0)])) })
    // Looked up again: the old address is nobody's.
    sources.configure(be, [[10, 0, 0, 7]])
    #expect(!sources.contains(source([10, 0, 0, 1])) && sources.contains(source([10, 0, 0, 7])))
    sources.keep([be])
    #expect(!sources.contains(source([10, 0, 1, 5])) && sources.contains(source([10, 0, 0, 7])))
  }
}
