import Testing

@testable import Replication

@Suite("A line's pace says how much is asked of it, and when it has stalled")
struct LinePaceTests {
  /// A line that brings 1 MiB each `milliseconds`, with a round trip of 20 ms.
  private func pace(_ milliseconds: UInt64) -> LinePace {
    var pace = LinePace()
    pace.begin(1_000)
    pace.answerBegan(openedAt: 1_000, 1_020)
    pace.received(1 << 20, 1_000 + milliseconds)
    pace.pieceEnded(1_000 + milliseconds)
    return pace
  }

  @Test("Of an unknown line two pieces are asked; of a known one what it brings in a second")
  func window() {
    expect(LinePace().window == 2 * Limits.pieceBytes)
    expect(pace(10_000).window == Limits.pieceBytes)
    expect((4 << 20) - pace(250).window < 1_000 << 4)
    expect(pace(1).window == Limits.fetchedBytesOfSession)
  }

  @Test("A fast line has stalled sooner, if there is another; a slow one may take its time")
  func patience() {
    let most = Limits.pullStalledMilliseconds
    expect(LinePace().patience(hasOther: true) == most)
    expect(pace(250).patience(hasOther: false) == most)
    let fast = pace(250).patience(hasOther: true)
    expect(fast >= Limits.pullStalledLeastMilliseconds && fast < most)
    expect(pace(60_000).patience(hasOther: true) == most)
  }

  @Test("Rate and round trip follow what is measured")
  func learns() {
    var line = pace(1_024)
    expect(line.bytesPerMillisecond == 1_024 && line.roundTrip == 20)
    line.begin(10_000)
    line.answerBegan(openedAt: 10_000, 10_040)
    line.received(3 << 20, 11_024)
    line.pieceEnded(11_024)
    expect(line.bytesPerMillisecond == (1_024 + 3_072) / 2 && line.roundTrip == 30)
    expect(line.progressAt == 11_024)
  }

  @Test("A piece moves to a line that is much faster, and not to one that is a little")
  func faster() {
    let line = pace(1_000)
    let own = line.bytesPerMillisecond
    expect(line.isMuchFaster(than: own / 10, after: 10_000))
    expect(!line.isMuchFaster(than: own * 3 / 4, after: 10_000))
    expect(!line.isMuchFaster(than: 0, after: 100), "too soon to say")
    expect(!LinePace().isMuchFaster(than: 0, after: Limits.pieceMilliseconds))
    expect(LinePace().isMuchFaster(than: 0, after: Limits.pieceMilliseconds + 1))
  }
}
