package import Log
package import Replication

/// Another node as the operator's roster has it.
package struct Partner {
  package let card: Card
  package let rates: PeerRates
  package let allowance: LogAllowance
  /// The log whose card an operator compared by voice last.
  package let compared: LogIdentity?
  /// Nothing is sealed to a card that was followed by itself before an operator compared it.
  package let confirmsCards: Bool

  package init(
    card: Card, rates: PeerRates = PeerRates(), allowance: LogAllowance = LogAllowance(),
    compared: LogIdentity? = nil, confirmsCards: Bool = false
  ) {
    self.card = card
    self.rates = rates
    self.allowance = allowance
    self.compared = compared
    self.confirmsCards = confirmsCards
  }
}
