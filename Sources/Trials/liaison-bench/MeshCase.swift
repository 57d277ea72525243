import Foundation
import Node
import Runtime
import Secrets
import Varlink

/// Many daemons in a random graph, each of which publishes: how soon all have everything, and what
/// it costs.
enum MeshCase {
  static let nodes = 50
  /// Cycles through all nodes in random order, each adding two links to every node.
  static let cycles = 3
  static let publishes = 1_000
  static let perSecond = 100

  static func run(scratch: Scratch) throws -> JSON {
    let mesh = try (0..<nodes).map { try BenchNode("n\($0)", in: scratch) }
    defer { for node in mesh { node.stop() } }
    let links = try start(mesh)
    // The first record of each opens its audience; it is not measured.
    let clients = try mesh.map { try $0.client() }
    for position in mesh.indices { try publish(mesh, clients, at: position) }
    try waitUntilAllHave(mesh, clients, entries: try sizes(mesh, clients))
    // Checkpoints over them, and their cosignatures, are on their way for some seconds more.
    Thread.sleep(forTimeInterval: 15)

    let before = try traffic(mesh, clients)
    let usageBefore = try mesh.map { try $0.usage() }
    let begin = Stopwatch()
    for number in 0..<publishes {
      let early = Double(number) / Double(perSecond) - begin.seconds
      if early > 0 { Thread.sleep(forTimeInterval: early) }
      try publish(mesh, clients, at: number % nodes)
    }
    let publishing = begin.seconds
    try waitUntilAllHave(mesh, clients, entries: try sizes(mesh, clients))
    let converged = begin.seconds
    Thread.sleep(forTimeInterval: 15)
    let bytes = try traffic(mesh, clients) - before
    let usage = try mesh.map { try $0.usage() }
    let one = Double(publishes * (nodes - 1) * bodyBytes)
    let ticks = zip(usageBefore, usage).reduce(0) { $0 + $1.1.ticks - $1.0.ticks }
    return .object([
      ("nodes", .count(nodes)), ("links", .count(links)), ("publishes", .count(publishes)),
      ("bodyBytes", .count(bodyBytes)),
      ("publishesPerSecond", .figure(Double(publishes) / publishing)),
      ("secondsUntilAllHaveAllAfterTheLast", .figure(converged - publishing)),
      ("bytesOfAll", .count(Int(bytes))), ("bytesOfOneCopyEach", .figure(one)),
      ("ratioToOneCopyEach", .figure(Double(bytes) / one)),
      ("goalRatioToOneCopyEach", .figure(1.3)),
      ("ratioToOneCopyOfLeafAndBodyEach", .figure(Double(bytes) / one * 520 / 736)),
      ("residentMebibytesMost", .figure(most(usage.map(\.residentKibibytes)))),
      ("peakResidentMebibytesMost", .figure(most(usage.map(\.peakResidentKibibytes)))),
      ("goalResidentMebibytes", .count(30)),
      (
        "processorSecondsOfAll",
        .figure(Double(ticks) / Double(ProcessUsage.ticksPerSecond))
      ),
    ])
  }

  private static let bodyBytes = 520

  private static func most(_ kibibytes: [Int]) -> Double { Double(kibibytes.max() ?? 0) / 1_024 }

  /// Everybody knows everybody; of each link the node that starts later dials.
  /// - Returns: the links.
  private static func start(_ mesh: [BenchNode]) throws -> Int {
    var links: Set<[Int]> = []
    var random = SeededRandom(seed: 50)
    for _ in 0..<cycles {
      var order = Array(mesh.indices)
      for last in stride(from: order.count - 1, to: 0, by: -1) {
        order.swapAt(last, Int(random.u64() % UInt64(last + 1)))
      }
      for (position, node) in order.enumerated() {
        links.insert([node, order[(position + 1) % order.count]].sorted())
      }
    }
    for (position, node) in mesh.enumerated() {
      for (other, peer) in mesh.enumerated() where other != position {
        try node.add(peer, dial: other < position && links.contains([other, position]))
      }
      try node.start()
    }
    for (position, node) in mesh.enumerated() {
      try node.waitUntilConnected(to: links.count { $0.contains(position) })
    }
    for node in mesh {
      for peer in mesh { try node.waitForEntries(1, of: peer.origin, seconds: 60) }
    }
    return links.count
  }

  private static func publish(
    _ mesh: [BenchNode], _ clients: [UnixClient], at position: Int
  ) throws {
    let start = "{\"type\":\"bench\",\"padding\":\""
    let padding = SustainedCase.recordBytes - start.utf8.count - 2
    let record = start + String(repeating: "x", count: padding) + "\"}"
    let reader = mesh[(position + 1) % mesh.count].name
    try clients[position].write(
      ControlCall.encode("Publish", try PublishRequest(to: [reader], texts: [record])))
    guard let message = try clients[position].readMessage() else { throw BenchError("no answer") }
    _ = try ControlReply(message: message).decode(PublishReply.self)
  }

  /// Each node's own log as it has it itself.
  private static func sizes(
    _ mesh: [BenchNode], _ clients: [UnixClient]
  ) throws -> [String: UInt64] {
    var sizes: [String: UInt64] = [:]
    for (node, client) in zip(mesh, clients) {
      sizes[node.origin] = try node.status(client).size(of: node.origin)
    }
    return sizes
  }

  private static func waitUntilAllHave(
    _ mesh: [BenchNode], _ clients: [UnixClient], entries: [String: UInt64]
  ) throws {
    for (node, client) in zip(mesh, clients) {
      try wait(seconds: 60, for: "\(node.name) to have all entries", everyMilliseconds: 5) {
        let status = try node.status(client)
        return entries.allSatisfy { status.size(of: $0.key) >= $0.value }
      }
    }
  }

  /// Bytes that all nodes sent, without packet headers.
  private static func traffic(_ mesh: [BenchNode], _ clients: [UnixClient]) throws -> UInt64 {
    try zip(mesh, clients).reduce(0) { sum, pair in
      try pair.0.status(pair.1).peers.reduce(sum) { $0 + $1.bytesOut }
    }
  }
}
