import CommandLine
import Simulation

/// A campaign on the command line. The options that all have in common are made here.
struct CampaignCommand: Sendable {
  let verb: Verb
  /// - Returns: the exit status.
  let run: @Sendable (Arguments) throws(Failure) -> Int32

  /// - Parameters:
  ///   - pieces: nil for a campaign of one piece.
  ///   - options: those that no other campaign has.
  ///   - make: the campaign of a seed and pieces.
  init<Made: Campaign>(
    _ name: String, _ summary: String, details: [String],
    seed: String = "what everything is drawn from", pieces: PieceOptions?, options: [Option] = [],
    make:
      @escaping @Sendable (UInt64, Pieces, Arguments) throws(Failure) -> Made
  ) {
    var all = [Option("--seed", "N", summary: seed, fallback: "1")]
    all += (pieces?.all ?? []) + options
    if !Made.bugs.isEmpty { all.append(Plant.option(Made.bugs)) }
    all.append(Option("--trace", summary: "print what happens, as text"))
    all.append(Option("--json", summary: "print one JSON object"))
    verb = Verb(name, summary, details: details, options: all)
    let words = ReplayWords(verb: name, pieces: pieces, options: options)
    run = { (arguments) throws(Failure) in
      let campaign = try make(
        try arguments.seed(), try pieces?.pieces(arguments) ?? .first(1), arguments)
      let command = CampaignRun(
        campaign: campaign, noun: pieces?.noun, arguments: arguments, words: words)
      let report = try command.report()
      return report.finish(arguments)
    }
  }
}

/// Writes the command line that shows a finding again.
struct ReplayWords: Sendable {
  let verb: String
  let pieces: PieceOptions?
  let options: [Option]

  func line(
    _ campaign: some Campaign, _ arguments: Arguments, planting bug: String?
  ) -> String {
    var words = ["liaison-sim", verb, "--seed", "\(campaign.seed)"]
    words += pieces?.words(campaign.pieces) ?? []
    for option in options {
      if let value = arguments.value(option.name) {
        words += [option.name, value]
      } else if arguments.has(option.name) {
        words.append(option.name)
      }
    }
    if let bug { words += [Plant.name, bug] }
    return words.joined(separator: " ")
  }
}
