// Every method of the control socket that gives one answer: Protocols/control.md.
extension Node {
  func methods() -> [ControlMethod] {
    [
      .now("Status") { self.status() },
      .now("Peers") { PeersReply(peers: self.statusWriter.peerReports()) },
      .later("Show") { self.show($0, isHeard: $1, reply: $2) },
      .later("Disclose") { self.disclose($0, isHeard: $1, reply: $2) },
      .later("PublishChunk") { self.publishing.publish($0, isHeard: $1, reply: $2) },
      .later("ShowChunk") { self.showChunk($0, isHeard: $1, reply: $2) },
      .now("ListChunks") { try self.listChunks($0) },
      .later("Withdraw") { (request: WithdrawRequest, isHeard, reply) in
        try request.check()
        self.publishing.withdraw(request, isHeard: isHeard, reply: reply)
      },
      .later("Groups") { self.publishing.list($0, isHeard: $1, reply: $2) },
      .later("AcceptGroup") { self.publishing.accept($0, isHeard: $1, reply: $2) },
      .later("Convene") { (request: ConveneRequest, isHeard, reply) in
        try request.check()
        self.publishing.convene(request, isHeard: isHeard, reply: reply)
      },
      .later("GiveHistory") { (request: GiveHistoryRequest, isHeard, reply) in
        try request.check()
        self.publishing.giveHistory(request, isHeard: isHeard, reply: reply)
      },
      .later("Withdrawals") {
        self.receipts.withdrawals($0, isHeard: $1, reply: $2)
      },
      .now("Readers") { self.receipts.readers() },
      .now("ForgetReader") { try self.receipts.forget($0) },
      .now("Reload") { try self.reload() },
      .now("ReleaseSigning") { try self.signing.release() },
      .later("Backup") { self.backups.make($0, reply: $2) },
      .later("RotateKeys") { self.rotation.rotate($0, reply: $2) },
      .now("Epochs") { self.epochs.report($0) },
      .later("AdoptEpoch") { self.epochs.adopt($0, reply: $2) },
      .now("ImportOpening") {
        try OpeningImport(replica: self.replica, membership: self.membership).take($0)
      },
      .now("Disk") { try self.statusWriter.disk() },
      .now("Scrub") {
        self.scrubber.beginPass()
        return self.statusWriter.scrubReport()
      },
    ]
  }
}
