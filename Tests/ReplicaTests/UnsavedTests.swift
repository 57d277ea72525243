import Testing

@testable import Replica

@Suite("What could not be saved")
struct UnsavedTests {
  private struct DiskFull: Error {}

  @Test(
    "It is tried again until it is written, said meanwhile, and one of the same key takes its place"
  )
  func retries() {
    var unsaved = Unsaved()
    var isFull = true
    var written: [String] = []
    let save = { (what: String) in
      { if isFull { throw DiskFull() } else { written.append(what) } }
    }
    #expect(unsaved.save("fork", "a proof", save("one")) == "DiskFull()")
    #expect(unsaved.save("fork", "a lower proof", save("two")) != nil)
    #expect(unsaved.save("closed", "the mark", save("three")) != nil)
    #expect(unsaved.lines.count == 2 && unsaved.lines[0].hasPrefix("NOT SAVED: a lower proof"))
    #expect(unsaved.retry() == [] && unsaved.contains("fork"))
    isFull = false
    #expect(unsaved.retry() == ["a lower proof", "the mark"])
    #expect(written == ["two", "three"] && unsaved.isEmpty)
    #expect(unsaved.save("fork", "a proof", save("four")) == nil && unsaved.isEmpty)
  }
}
