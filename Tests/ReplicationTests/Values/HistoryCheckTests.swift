import Testing

@testable import Replication

@Suite("Protocols/sync.md, 12: what two sides compare of one log")
struct HistoryCheckTests {
  private func isUnderWay(_ seek: HistoryCheck.Seek) -> Bool {
    if case .underWay = seek { true } else { false }
  }
  private func isRefused(_ seek: HistoryCheck.Seek) -> Bool {
    if case .refused = seek { true } else { false }
  }

  @Test("A search begins at what differs, or below what a proof shows")
  func begins() {
    let check = HistoryCheck()
    guard case .begin(let search) = check.seek(from: 40, isShown: false, proven: nil, size: 50)
    else { return #expect(Bool(false)) }
    expect(search.asked == 40 && search.high == nil)
    guard case .begin(let lower) = check.seek(from: 40, isShown: true, proven: 10, size: 50)
    else { return #expect(Bool(false)) }
    expect(lower.asked == 9 && lower.high == 40)
    expect(isRefused(check.seek(from: 40, isShown: false, proven: 0, size: 50)))
    expect(isRefused(check.seek(from: 50, isShown: false, proven: nil, size: 50)))
  }

  @Test("One search at a time, and none where the other side is at it")
  func once() {
    var check = HistoryCheck()
    check.search = ForkSearch(first: 7)
    expect(isUnderWay(check.seek(from: 40, isShown: false, proven: nil, size: 50)))
    check.search = nil
    check.lastProbed = 40
    expect(isUnderWay(check.seek(from: 40, isShown: false, proven: nil, size: 50)))
  }

  @Test("Below what is known to be the same, nothing is searched for")
  func same() {
    var check = HistoryCheck()
    check.isSame(below: 41)
    guard case .isSame(let end) = check.seek(from: 40, isShown: false, proven: nil, size: 50)
    else { return #expect(Bool(false)) }
    expect(end == 41)
  }

  @Test("So many probes for each log and session, and no more")
  func bounded() {
    var check = HistoryCheck()
    for _ in 0...((Limits.searchesOfLog - 1) * Limits.probesOfSearch) {
      expect(!isRefused(check.seek(from: 40, isShown: false, proven: nil, size: 50)))
      check.asked()
    }
    expect(isRefused(check.seek(from: 40, isShown: false, proven: nil, size: 50)))
    check.takeBack()
    expect(!isRefused(check.seek(from: 40, isShown: false, proven: nil, size: 50)))
  }

  @Test("A dispute is settled by headers that are the same up to it, and by no lower ones")
  func disputes() {
    var check = HistoryCheck()
    let news = [30, 20].map { check.dispute(size: $0) }
    expect(news == [true, false] && check.isDisputed)
    expect(!check.settle(below: 29) && check.isDisputed)
    expect(check.settle(below: 30) && !check.isDisputed)
  }

  @Test("Evidence grows with the session's time, and a receiver allows some beyond")
  func evidence() {
    var mine = EvidenceAllowance(1_000)
    var theirs = EvidenceAllowance(1_000)
    var sent = 0
    while mine.send(1_000) {
      sent += 1
      expect(theirs.see(1_000))
    }
    expect(sent == Limits.evidenceOfSession)
    expect(mine.send(1_000 + Limits.evidenceEveryMilliseconds))
    var more = 0
    while theirs.see(1_000) { more += 1 }
    expect(more == Limits.evidenceSlack)
  }

  @Test("SYNC-80: a proof is told once, and a lower one again")
  func proofs() {
    var proofs = ProofExchange()
    expect(proofs.known == .max && proofs.maySend(allowed: 1))
    proofs.sent(40)
    expect(proofs.known == 40 && !proofs.maySend(allowed: 1))
    proofs.received(50)
    expect(proofs.known == 40)
    proofs.received(30)
    expect(proofs.known == 30)
  }
}
