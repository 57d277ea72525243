/// The bytes of a source as UTF-8, a chunk at a time.
struct TextFeed<Source: ListSource> {
  private(set) var source: Source
  private var transcoder: Transcoder
  private(set) var chunk: [UInt8] = []
  /// The part of the chunk that was not yet taken begins here.
  var next = 0
  private var hasEnded = false

  init(_ source: Source, _ transcoder: Transcoder) {
    self.source = source
    self.transcoder = transcoder
  }

  /// - Returns: false at the end.
  mutating func refill() throws(Source.Failure) -> Bool {
    guard !hasEnded else { return false }
    next = 0
    repeat {
      let bytes = try source.read(ListLimits.chunkBytes)
      hasEnded = bytes.isEmpty
      chunk = hasEnded ? transcoder.end() : transcoder.transcode(bytes)
    } while chunk.isEmpty && !hasEnded
    return !chunk.isEmpty
  }
}
