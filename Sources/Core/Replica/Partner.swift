package import Log
package import Replication

/// Another node as the operator's roster has it.
package struct Partner {
  package let card: Card
  package let rates: PeerRates
  package let allowance: LogAllowance
  /// The card that an operator compared by voice last: another than `card` where that one was
  /// followed, or taken from the log, since.
  package let compared: Card?
  /// Nothing is sealed to a card that was followed by itself before an operator compared it.
  package let confirmsCards: Bool

  package init(
    card: Card, rates: PeerRates = PeerRates(), allowance: LogAllowance = LogAllowance(),
    compared: Card? = nil, confirmsCards: Bool = false
  ) {
    self.card = card
    self.rates = rates
    self.allowance = allowance
    self.compared = compared
    self.confirmsCards = confirmsCards
  }
}
