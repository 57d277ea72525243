import Foundation
import Fuzzing
import Testing

@Suite("Inputs of the fuzzer, those that found something among them (docs/fuzzing.md)")
struct CorpusTests {
  private static let folder: URL = {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<2 { folder.deleteLastPathComponent() }
    return folder.appendingPathComponent("Corpus")
  }()

  /// With `LIAISON_FUZZ_SEEDS=FOLDER`, the seeds are also written there, a folder for each target.
  private static let seedFolder = ProcessInfo.processInfo.environment["LIAISON_FUZZ_SEEDS"]

  @Test("There are seeds of every target", arguments: FuzzTarget.allCases)
  func seeds(of target: FuzzTarget) throws {
    #expect(target.seeds.count >= 9)
    guard let folder = CorpusTests.seedFolder else { return }
    let path = URL(fileURLWithPath: folder).appendingPathComponent(target.rawValue)
    try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
    for (number, seed) in target.seeds.enumerated() {
      try Data(seed).write(to: path.appendingPathComponent("seed-\(number)"))
    }
  }

  @Test("No file of the corpus traps", arguments: FuzzTarget.allCases)
  func corpus(of target: FuzzTarget) throws {
    let folder = CorpusTests.folder.appendingPathComponent(target.rawValue)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect((10...100).contains(names.count))
    for name in names {
      target.run([UInt8](try Data(contentsOf: folder.appendingPathComponent(name))))
    }
  }

  @Test("There is a corpus of every target, and of no other")
  func targets() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: CorpusTests.folder.path)
    #expect(Set(names) == Set(FuzzTarget.allCases.map(\.rawValue)))
  }
}
