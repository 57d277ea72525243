import Log

/// The cosignature lines of a checkpoint in evidence (DIS-13).
enum EvidenceCosigners {
  /// One line for each that names a node.
  /// - Parameter cards: those that were given.
  static func lines(
    _ note: [UInt8], _ checkpoint: VerifiedCheckpoint, _ cards: [Card]
  ) -> [String] {
    guard let note = try? Note(parsing: note) else { return [] }
    return note.signatures.dropFirst().map { line in
      guard let card = cards.first(where: { $0.name.text == line.name }) else {
        return "cosigned     by \(line.name): NOT checked, no card of it was given"
      }
      let holds = (try? Cosignature(line))?.verify(over: checkpoint, key: card.cosigning) ?? false
      return holds
        ? "cosigned     by \(line.name), checked"
        : "cosigned     by \(line.name): does NOT verify under the card given"
    }
  }
}
