/// A mistake in whoever executes a store's disk work, planted to see that a campaign finds it.
public enum StoreBug: String, CaseIterable, Sendable {
  /// A journal's sync is reported and not done.
  case skipsJournalSync = "skips-journal-sync"
  /// A log file's sync is reported and not done.
  case skipsFileSync = "skips-file-sync"
  /// A folder's sync is reported and not done.
  case skipsFolderSync = "skips-folder-sync"
  /// A batch is reported as done before it is.
  case acknowledgesEarly = "acknowledges-early"
  /// Within a batch what comes first is synced before it is written.
  case syncsBeforeWriting = "syncs-before-writing"
  /// Log files are written and synced only after the journal's next frames.
  case reordersFilesAndJournal = "reorders-files-and-journal"
  /// A sync that failed is done once more, and believed.
  case believesSecondSync = "believes-second-sync"
  /// A failed write or sync is reported as done.
  case hidesErrors = "hides-errors"
}
