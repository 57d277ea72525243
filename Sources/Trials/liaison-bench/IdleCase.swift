import Foundation
import Node
import Runtime

/// Three daemons, each connected to both others, with three logs and nothing to do.
enum IdleCase {
  static func run(seconds: Int, scratch: Scratch) throws -> JSON {
    let nodes = try ["nl", "be", "fr"].map { try BenchNode($0, in: scratch) }
    defer { for node in nodes { node.stop() } }
    // Each dials those that were started before it and knows the others.
    for (position, node) in nodes.enumerated() {
      for other in nodes[..<position] { try node.add(other, dial: true) }
      for other in nodes[(position + 1)...] { try node.add(other, dial: false) }
      try node.start()
    }
    for node in nodes {
      try node.waitUntilConnected(to: 2)
      for other in nodes { try node.waitForEntries(1, of: other.origin, seconds: 30) }
    }
    // Cosignatures are exchanged after up to 10 s; then nothing is left to say.
    Thread.sleep(forTimeInterval: 15)
    let ports = Set(nodes.map(\.port))
    let clients = try nodes.map { try $0.client() }
    let before = try nodes.map { try $0.usage() }
    let trafficBefore = try traffic(nodes, clients)
    let socketsBefore = SocketCounters.read(ports: ports)
    let watch = Stopwatch()
    Thread.sleep(forTimeInterval: Double(seconds))
    let elapsed = watch.seconds
    let socketsAfter = SocketCounters.read(ports: ports)
    let trafficAfter = try traffic(nodes, clients)
    let after = try nodes.map { try $0.usage() }

    let ticks = zip(before, after).map { $1.ticks - $0.ticks }
    let payload = zip(trafficBefore, trafficAfter).map { Double($1 - $0) / elapsed / 2 }
    var result: [(String, JSON)] = [
      ("seconds", .figure(elapsed)), ("logs", .count(3)), ("peersOfEach", .count(2)),
      (
        "residentMebibytes",
        .figure((after.map { Double($0.residentKibibytes) }.max() ?? 0) / 1_024)
      ), ("goalResidentMebibytes", .count(30)),
      ("processorTicksOfEach", .list(ticks.map { .count($0) })),
      ("ticksPerSecondOfProcessor", .count(ProcessUsage.ticksPerSecond)),
      ("payloadBytesPerSecondToEachPeer", .figure(payload.max() ?? 0)),
      ("goalBytesPerSecondToEachPeer", .count(10)),
    ]
    if let socketsBefore, let socketsAfter {
      let sent = socketsAfter.map { key, counters in
        counters.bytes(since: socketsBefore[key]) / elapsed
      }
      result.append(("bytesPerSecondToEachPeerWithHeaders", .figure(sent.max() ?? 0)))
      result.append(("socketsMeasured", .count(sent.count)))
    } else {
      result.append(("bytesPerSecondToEachPeerWithHeaders", .text("not measured: no 'ss'")))
    }
    return .object(result)
  }

  /// Bytes that each node sent to all its peers, without packet headers.
  private static func traffic(
    _ nodes: [BenchNode], _ clients: [UnixClient]
  ) throws -> [UInt64] {
    try zip(nodes, clients).map { node, client in
      try node.status(client).peers.reduce(0) { $0 + $1.bytesOut }
    }
  }
}

/// Counters of one end of a TCP connection, as `ss -ti` of iproute2 tells them.
struct SocketCounters {
  var bytesSent = 0.0
  var segmentsOut = 0.0

  /// 20 bytes of IPv4 and 32 of TCP with its timestamp option, for each segment; no Ethernet frame.
  static let headerBytes = 52.0

  func bytes(since before: SocketCounters?) -> Double {
    bytesSent - (before?.bytesSent ?? 0)
      + (segmentsOut - (before?.segmentsOut ?? 0)) * SocketCounters.headerBytes
  }

  /// Both ends of each connection to one of `ports`, by "local peer" address; nil without `ss`.
  static func read(ports: Set<Int>) -> [String: SocketCounters]? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["ss", "-tinH", "state", "established"]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    var result: [String: SocketCounters] = [:]
    var key: String?
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
      let words = line.split(whereSeparator: { " \t".contains($0) })
      if line.first?.isWhitespace == false, words.count >= 4 {
        let ends = [words[2], words[3]]
        let isOurs = ends.contains { ports.contains(Int($0.split(separator: ":").last ?? "") ?? 0) }
        key = isOurs ? ends.joined(separator: " ") : nil
      } else if let key {
        result[key] = SocketCounters(
          bytesSent: value("bytes_sent:", words), segmentsOut: value("segs_out:", words))
      }
    }
    return result
  }

  private static func value(_ name: String, _ words: [Substring]) -> Double {
    words.first { $0.hasPrefix(name) }.flatMap { Double($0.dropFirst(name.count)) } ?? 0
  }
}
