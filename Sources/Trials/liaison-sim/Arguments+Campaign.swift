import CommandLine

// The options of every campaign.
extension Arguments {
  /// Any number of 64 bits.
  func seed() throws(Failure) -> UInt64 {
    guard let text = value("--seed"), let seed = UInt64(text) else {
      throw Failure(.usage, "--seed is no number.", hint: "Give a number from 0 to 2^64-1.")
    }
    return seed
  }

  /// Where a campaign tells what happens; nil when nobody asked.
  var trace: ((String) -> Void)? {
    has("--trace") ? { Output.print($0 + "\n") } : nil
  }

  /// The one of `all` that the option names; nil without the option.
  /// - Parameter noun: what they are, for the error.
  func choice<Choice>(
    _ option: String, of noun: String, among all: [Choice], name: (Choice) -> String
  ) throws(Failure) -> Choice? {
    guard let wanted = value(option) else { return nil }
    for choice in all where name(choice) == wanted { return choice }
    throw Failure(
      .usage, "There is no \(noun) \"\(wanted)\".",
      hint: "There is: \(all.map(name).joined(separator: ", ")).")
  }
}
