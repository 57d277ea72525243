import CommandLine
import Log
import Node

enum CardVerbs {
  static let card = Verb(
    "card", "print the node's card, to give to other operators", options: [Liaison.data])

  static func printCard(_ arguments: Arguments) throws(Failure) {
    let folder = arguments.folder
    Output.print(
      bytes: try Failure.wrap { () throws(IdentityError) in try CardFile.own(folder) }.note)
  }

  static let fingerprint = Verb(
    "fingerprint", "print what two operators compare by voice",
    details: [
      "Each line ends with two check digits, so that a misheard line is noticed. Compare all four "
        + "lines, read by the card's owner, before you add a card."
    ],
    arguments: [Argument("FILE.card", "a card, as liaison card prints it")])

  static func printFingerprint(_ arguments: Arguments) throws(Failure) {
    let path = arguments.words[0]
    let card = try Failure.wrap { () throws(IdentityError) in try CardFile.readGiven(path) }
    Output.print("\(card.origin.text), serial \(card.serial)\n\(card.fingerprint)\n")
  }
}
