/// A file that the auditor names: a card, a proof.
public enum InputFile {
  /// - Returns: its bytes.
  /// - Throws: `.missing`, `.tooLong`, `.unreadable`.
  public static func read(_ path: String, atMost limit: Int) throws(AuditError) -> [UInt8] {
    let contents: [UInt8]?
    do throws(ReadFailure) {
      contents = try Folder.given(path, atMost: limit)
    } catch {
      throw .unreadable(path: path, reason: error.reason)
    }
    guard let contents else { throw .missing(path) }
    guard contents.count <= limit else { throw .tooLong(path: path, limit: limit) }
    return contents
  }
}
