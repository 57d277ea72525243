import Testing

@testable import Replication

@Suite("Conversations of Tests/Transcripts, message by message")
struct TranscriptTests {
  @Test("Two nodes meet, one publishes, the other cosigns")
  func meeting() throws {
    let cluster = Cluster(["nl", "be"])
    let transcript = Transcript(cluster)
    transcript.note("nl and be connect")
    cluster.connect("nl", "be")
    cluster.run(2_000)
    transcript.note("nl publishes two records")
    cluster.publish("nl", 2)
    cluster.run(20_000)
    try transcript.check("meeting")
  }

  @Test("A node that was away pulls what it lacks, from the author")
  func catchingUp() throws {
    let cluster = Cluster(["nl", "be"])
    cluster.publish("nl", 700, bodyBytes: 500)
    cluster.run(1_000)
    let transcript = Transcript(cluster)
    transcript.note("be lacks 700 entries of nl")
    cluster.connect("nl", "be")
    cluster.run(5_000)
    #expect(cluster.agrees("nl", "be"))
    try transcript.check("catching-up")
  }

  @Test("A carrier brings what an author published to one who never meets it")
  func carrying() throws {
    let cluster = Cluster(["nl", "be", "fr"])
    let transcript = Transcript(cluster)
    transcript.note("be stands between nl and fr")
    cluster.connect("nl", "be")
    cluster.connect("be", "fr")
    cluster.run(2_000)
    transcript.note("nl publishes a record")
    cluster.publish("nl", 1)
    cluster.run(20_000)
    #expect(cluster.agrees("nl", "fr"))
    try transcript.check("carrying")
  }

  @Test("Two histories under one key are found, proven and passed on")
  func fork() throws {
    let cluster = Cluster(["nl", "be", "fr"])
    cluster.publish("nl", 4)
    cluster.connect("nl", "be")
    cluster.connect("nl", "fr")
    cluster.run(5_000)
    cluster.disconnectAll()
    cluster.copy("nl", as: "nl2", start: .ready)
    cluster.publish("nl", 1)
    cluster.publish("nl2", 2, bodyBytes: 50)
    cluster.connect("nl", "be")
    cluster.connect("nl2", "fr")
    cluster.run(5_000)
    let transcript = Transcript(cluster)
    transcript.note("be holds one history of nl, fr another; they connect")
    cluster.connect("be", "fr")
    cluster.run(10_000)
    try transcript.check("fork")
  }
}
