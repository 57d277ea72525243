/// The lines of a source.
struct CutLines<Source: ListSource> {
  private var feed: TextFeed<Source>
  private var cutter: LineCutter

  init(_ source: Source, _ transcoder: Transcoder, _ separator: ListDelimiter) {
    feed = TextFeed(source, transcoder)
    cutter = LineCutter(separator)
  }

  /// The line that was cut last.
  var line: CutLine { cutter.line }
  var source: Source { feed.source }

  /// - Returns: false at the end.
  mutating func next() throws(Source.Failure) -> Bool {
    while true {
      if cutter.cut(feed.chunk, from: &feed.next) { return true }
      guard try feed.refill() else { return cutter.end() }
    }
  }
}
