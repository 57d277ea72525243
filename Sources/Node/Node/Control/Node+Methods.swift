// Every method of the control socket that gives one answer: Protocols/control.md.
extension Node {
  func methods() -> [ControlMethod] {
    [
      .now("Status") { self.status() },
      .now("Peers") { PeersReply(peers: self.peerReports()) },
      .later("Show") { self.show($0, isHeard: $1, reply: $2) },
      .later("Withdraw") { (request: WithdrawRequest, isHeard, reply) in
        try request.check()
        self.withdraw(request, isHeard: isHeard, reply: reply)
      },
      .now("Reload") { try self.reload() },
      .now("ReleaseSigning") { try self.releaseSigning() },
      .later("Backup") { self.backup($0, reply: $2) },
      .now("Epochs") { self.epochs($0) },
      .later("AdoptEpoch") { self.adopt($0, reply: $2) },
      .now("ImportOpening") { try self.importOpening($0) },
      .now("Disk") { try self.disk() },
      .now("Scrub") { self.startScrub() },
    ]
  }
}
