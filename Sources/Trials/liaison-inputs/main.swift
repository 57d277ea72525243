import Fuzzing
import Runtime

// Runs one target of the fuzzer on its corpus and on what a seed makes of it
// (Tests/system/check-fuzz.sh, docs/fuzzing.md).
//
//   liaison-inputs run TARGET CORPUS SEED FIRST END NUMBER-FILE   inputs FIRST to END - 1; the
//   number of the one under way is kept liaison-inputs write TARGET CORPUS SEED NUMBER FILE
//   writes one input, for a replay and for the corpus
//
// A finding is a trap, which ends this process: the file tells which input it was.

let words = CommandLine.arguments.dropFirst()
do {
  try Inputs(words).run()
} catch {
  print("liaison-inputs: \(error)")
  Environment.exit(64)
}

struct Inputs {
  private let verb: String
  private let target: FuzzTarget
  private let maker: InputMaker
  private let rest: [String]

  private struct Usage: Error {}

  init(_ words: ArraySlice<String>) throws {
    let words = Array(words)
    guard words.count >= 6, let target = FuzzTarget(rawValue: words[1]),
      let seed = UInt64(words[3])
    else { throw Usage() }
    verb = words[0]
    self.target = target
    let names = try FileSystem.list(words[2])
    guard !names.isEmpty else { throw Usage() }
    let files = try names.map { try FileSystem.read("\(words[2])/\($0)", maxBytes: 1 << 20) }
    maker = InputMaker(corpus: files, seed: seed)
    rest = Array(words[4...])
  }

  func run() throws {
    switch verb {
    case "run":
      guard rest.count == 3, let first = UInt64(rest[0]), let end = UInt64(rest[1]), first < end
      else { throw Usage() }
      let note = try ProgressFile(rest[2])
      for number in first..<end {
        try note.write(number)
        target.run(maker.input(number))
      }
    case "write":
      guard rest.count == 2, let number = UInt64(rest[0]) else { throw Usage() }
      try FileSystem.atomicWrite(rest[1], maker.input(number), mode: 0o644)
    default: throw Usage()
    }
  }
}
