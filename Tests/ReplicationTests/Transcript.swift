import Foundation
import Log
import Testing

@testable import Replication

/// The conversation of a cluster, a line for each message, as a person reads it.
final class Transcript {
  private let cluster: Cluster
  private var lines: [String] = []

  init(_ cluster: Cluster) {
    self.cluster = cluster
    cluster.tamper = { [unowned self, unowned cluster] from, to, bytes in
      let time =
        String(repeating: " ", count: max(0, 7 - "\(cluster.now)".count)) + "\(cluster.now)"
      let said = (try? Message.decode(bytes)).map(\.summary) ?? "no message"
      lines.append("\(time)  \(from) > \(to)  \(said), \(bytes.count) bytes")
      return bytes
    }
  }

  /// Something that the scenario does.
  func note(_ text: String) { lines.append("-- \(text)") }

  /// Compares it with `Tests/Transcripts/NAME.txt`. LIAISON_REWRITE_TRANSCRIPTS=1 writes that anew,
  /// and the difference is for a person to read.
  func check(_ name: String) throws {
    cluster.tamper = nil
    let text = lines.map { $0 + "\n" }.joined()
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Transcripts/\(name).txt")
    if ProcessInfo.processInfo.environment["LIAISON_REWRITE_TRANSCRIPTS"] == "1" {
      try Data(text.utf8).write(to: file)
    }
    let kept = try String(contentsOf: file, encoding: .utf8)
    let first = zip(kept.split(separator: "\n"), lines).first { $0 != $1 }
    #expect(
      kept == text,
      "\(name).txt is another conversation from \"\(first?.1 ?? lines.last ?? "")\" on; LIAISON_REWRITE_TRANSCRIPTS=1 rewrites it"
    )
  }
}

extension Message {
  fileprivate var summary: String {
    switch self {
    case .hello(let hello): "hello: version \(hello.version), carries \(hello.carry)"
    case .logs(let logs): "logs: \(logs.saltedIDs.count) from \(logs.first) on"
    case .heads(let heads) where heads.heads.isEmpty: "heads: none"
    case .heads(let heads):
      "heads: " + heads.heads.map { "\($0.position) has \($0.size.value)" }.joined(separator: ", ")
    case .checkpoint(let checkpoint):
      "checkpoint of \(checkpoint.position) over \(checkpoint.size.value)"
    case .pull(let pull):
      "pull \(pull.request) of \(pull.position): \(pull.from.value) to \(pull.to.value), \(pull.form), credit \(pull.credit)"
    case .credit(let credit): "credit for \(credit.request): \(credit.bytes)"
    case .chunk(let chunk):
      "chunk for \(chunk.request) of \(chunk.position): \(chunk.first) to \(chunk.end), \(chunk.form), under \(chunk.checkpointSize)"
    case .end(let end): "end of \(end.request): \(end.reason)"
    case .prune(let prune): "prune \(prune.position)"
    case .graft(let graft): "graft \(graft.position) from \(graft.size.value)"
    case .cosignatures(let set):
      "cosignatures \(set.direction) of \(set.checkpoint.position) over \(set.checkpoint.size.value) by "
        + set.cosignatures.map(\.name.text).joined(separator: " ")
    case .proof(let proof): "proof about \(proof.position)"
    case .ping: "ping"
    case .pong: "pong"
    case .digest: "digest of heads"
    case .entry(let leaf): "leaf of \(leaf.position)"
    case .copy: "another copy of you is here"
    case .opening(let opening): "opening of \(opening.position)"
    case .probe(let probe): "probe \(probe.index.value) of \(probe.position)"
    case .probed(let probed): "probed \(probed.index.value) of \(probed.position): \(probed.answer)"
    case .exhibit(let exhibit): "exhibit about \(exhibit.position)"
    case .leave(let leave): "leave \(leave.request)"
    }
  }
}
