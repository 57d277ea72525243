public import JSON

// Messages that come by the thousand are written and read without Codable; all others are rare.

/// A message that is read from checked JSON value by value.
public protocol VarlinkReadable {
  init(reading reader: inout JSONReader) throws(JSONMismatch)
}

/// A message that writes itself.
public protocol VarlinkWritable {
  func write(to writer: inout JSONWriter)
}
