/// The cases that a campaign of thefts must reach, each by its name.
public enum TheftOccurrence: String, CaseIterable, Sendable {
  // Deeds of the thief.
  case forkedAtFirst = "theft: the log is forked back to its first entry"
  case forkedLater = "theft: the log is forked back to a later entry"
  case withdrewAll = "theft: an honest node stores a withdrawal of everything"
  case wroteKeys = "theft: an honest node stores the thief's keys entry"
  case openedAgain = "theft: a used recovery file opens its epoch once more"
  case cosigned = "theft: a key that was rotated away cosigns"

  // Outcomes.
  case authorWithdrew = "before: the author withdrew records of its own"
  case hidden = "after: what the thief withdrew is hidden at an honest node"
  case lacking = "after: an honest node lacks entries behind the freeze"
  case lateProof = "after: the proof comes after the opening"
  case restarted = "after: an honest node restarts"
}
