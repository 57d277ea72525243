public import Node

/// The answers of a node of values on its control socket: one list, for the fuzzer and for tests.
public enum ControlAnswers {
  /// The version of a node of values.
  public static let version = "t"

  /// Each method that gives one answer, but `Publish`.
  /// - Parameter wait: gets what answers later.
  public static func methods(
    wait: @escaping (_ answer: @escaping () -> Void) -> Void
  ) -> [ControlMethod] {
    [
      .now("Status") { StatusReport(node: "nl", peers: peers, version: version) },
      .now("Peers") { PeersReply(peers: peers) },
      .later("Show") {
        (request: ShowRequest, _, reply: (Result<ShowReply, ControlError>) -> Void) in
        reply(.failure(.unknownEntry(request.entry)))
      },
      .later("Disclose") {
        (request: DiscloseRequest, _, reply: (Result<DiscloseReply, ControlError>) -> Void) in
        reply(.failure(.unknownEntry(request.entry)))
      },
      .later("Withdraw") {
        (request: WithdrawRequest, _, reply: (Result<PublishReply, ControlError>) -> Void) in
        reply(.failure(.unknownEntry(request.records.first ?? "")))
      },
      .now("Reload") { ReloadReply(added: ["be"]) },
      .now("ReleaseSigning") { ReleaseReply(waitedFor: ["be"]) },
      .later("Backup") {
        (request: BackupRequest, _, reply: @escaping (Result<CopySummary, ControlError>) -> Void) in
        wait { reply(.failure(.refused(reason: request.folder, hint: ""))) }
      },
      .later("RotateKeys") {
        (_: RotateRequest, _, reply: (Result<RotateReply, ControlError>) -> Void) in
        reply(.failure(.busy))
      },
      .now("Epochs") { (_: EpochsRequest) in
        EpochsReply(own: "nl/1", answered: ["be"], unanswered: [], epochs: [])
      },
      .later("AdoptEpoch") {
        (request: AdoptRequest, _, reply: @escaping (Result<AdoptReply, ControlError>) -> Void) in
        wait { reply(.success(AdoptReply(origin: request.origin))) }
      },
      .now("ImportOpening") { (_: ImportRequest) in
        ImportReply(origin: "be/2", contested: false)
      },
      .now("Disk") {
        DiskReply(logs: [], journals: FileSpace(bytes: 3), reserve: FileSpace())
      },
      .now("Scrub") { ScrubReport() },
    ]
  }

  private static let peers = [PeerReport(name: "be", state: "connected")]
}
