import Log

/// The last message, and what came of it.
struct Work {
  let session: SessionID
  let peer: NodeName
  /// The log that it is about; nil for one about none or several.
  let log: LogID?
  var outcome = Outcome.nothing
  /// It asked for something, and so much was sent.
  var isQuestion = false
  var answeredBytes = 0

  enum Outcome {
    case nothing
    /// It announced what is to come: it counts as nothing if something else is announced first.
    case promise
    /// Something that was not known before is here now, verified; or it asked for what it may have.
    case progress
  }
}
