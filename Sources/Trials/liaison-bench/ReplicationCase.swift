/// Real daemons on loopback: signed, sealed, encrypted, every byte verified, synced on both sides
/// before it counts.
enum ReplicationCase {
  static let members = [
    "catchup", "catchup1M", "catchupReal", "publish", "latency", "sustained", "idle", "reconnect",
    "mesh",
  ]

  static func run(_ member: String, _ entries: Int, _ seconds: Int, _ scratch: Scratch) throws
    -> JSON
  {
    switch member {
    case "catchup": try CatchUpCase.run(entries: entries, scratch: scratch)
    case "catchup1M": try CatchUpCase.run(entries: 5 * entries, scratch: scratch)
    case "catchupReal":
      try CatchUpCase.run(entries: entries / 2, scratch: scratch, isReal: true)
    case "publish": try PublishCase.run(records: entries / 2, scratch: scratch)
    case "latency": try LatencyCase.run(seconds: seconds, scratch: scratch)
    case "sustained": try SustainedCase.run(seconds: min(seconds, 60), scratch: scratch)
    case "reconnect": try ReconnectCase.run(scratch: scratch)
    case "mesh": try MeshCase.run(scratch: scratch)
    default: try IdleCase.run(seconds: max(seconds, 60), scratch: scratch)
    }
  }
}
