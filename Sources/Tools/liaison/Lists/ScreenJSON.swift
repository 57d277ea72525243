import HubInterface
import JSON

/// One line of a list as one object.
enum ScreenJSON {
  static func line(_ line: ScreenLine, _ result: PassengerResult?) -> [UInt8] {
    JSONWriter.object { writer in
      writer.member("line", line.number)
      writer.member("result", result?.result ?? "unreadable")
      writer.list("hits", result?.hits ?? []) { $0.members($1) }
      writer.member("notes", result?.notes ?? [])
      if case .unreadable(let reason) = line.content { writer.member("reason", reason) }
    }
  }
}

extension JSONWriter {
  mutating func members(_ hit: PassengerHit) {
    member("hit", hit.hit)
    member("band", hit.band)
    member("kind", hit.kind)
    members(hit.found)
    member("score", hit.score)
    member("sentence", hit.sentence)
    member("explanation", hit.explanation)
    member("warnings", hit.warnings)
    optional("action", hit.action)
    optional("contact", hit.contact)
    member("known", hit.known)
  }
}
