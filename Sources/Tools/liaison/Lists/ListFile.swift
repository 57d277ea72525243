import Crypto
import PassengerLists
import Runtime

/// A list on disk, which is hashed as it is read. Every rewind begins anew.
final class ListFile: ListSource {
  /// The part that is kept of a list that can be read only once, in the temporary folder: a million
  /// lines of a kilobyte.
  static let maxSpooledBytes = 1 << 30

  private let input: InputFile
  private var hash = SHA256()

  /// - Throws: EFBIG for a pipe that gives more than `maxSpooledBytes`.
  init(path: String, temporaryFolder: String) throws(SystemError) {
    input = try InputFile(path: path)
    guard try input.spoolAll(maxBytes: ListFile.maxSpooledBytes, folder: temporaryFolder) else {
      throw SystemError(number: SystemError.tooLarge, call: "read", detail: "standard input")
    }
  }

  func read(_ maxBytes: Int) throws(SystemError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: maxBytes)
    let count = try input.read(into: &buffer, at: 0)
    buffer.removeSubrange(count...)
    hash.update(buffer.span)
    return buffer
  }

  func rewind() throws(SystemError) {
    input.rewind()
    hash = SHA256()
  }

  /// SHA-256 of all its bytes, hexadecimal, since the last rewind; what was not read yet is.
  func digest() throws(SystemError) -> String {
    while try !read(ListLimits.chunkBytes).isEmpty {}
    var hash = hash
    return hash.finalize().description
  }
}
