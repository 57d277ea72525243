import CommandLine
import Crypto
import Records
import Runtime

/// A file that is to be published with a record: read when its turn comes, one at a time.
struct PendingAttachment {
  let name: String
  let mediaType: String?
  let read: () throws(Failure) -> [UInt8]

  init(name: String, mediaType: String?, read: @escaping () throws(Failure) -> [UInt8]) {
    self.name = name
    self.mediaType = mediaType
    self.read = read
  }

  /// A file on this machine, which is looked at once before anything is published.
  init(path: String, mediaType: String?) throws(Failure) {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard Attachment.isFileName(name) else {
      throw Failure(
        .dataError, "The file's name is no name of an attachment.",
        hint:
          "Rename it: at most \(RecordLimits.identifierBytes) bytes, without control characters."
      )
    }
    self.init(name: name, mediaType: mediaType ?? MediaTypes.type(of: name)) {
      () throws(Failure) in
      try PendingAttachment.read(path)
    }
    _ = try read()
  }

  private static func read(_ path: String) throws(Failure) -> [UInt8] {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try FileSystem.readGiven(path, maxBytes: RecordLimits.attachmentBytes)
    } catch {
      guard error.number == SystemError.tooLarge else { throw Failure(input: error) }
      throw Failure(
        .dataError, "\(path) is larger than 64 MiB.",
        hint: "Cut it, or give it another way and name it in the notes.")
    }
    guard !bytes.isEmpty else {
      throw Failure(.dataError, "\(path) is empty.", hint: "An attachment has one byte or more.")
    }
    return bytes
  }

  /// The attachments of `--attach`, in their order.
  static func given(_ arguments: Arguments) throws(Failure) -> [PendingAttachment] {
    let type = arguments.value("--media-type")
    let paths = arguments.all("--attach")
    if let type, paths.isEmpty || !MediaTypes.isType(type) {
      throw Failure(
        .usage, "--media-type is \"\(type)\".",
        hint: "Write it beside --attach as TYPE/SUBTYPE, for example image/jpeg.")
    }
    guard paths.count <= RecordLimits.attachments else {
      throw Failure(
        .usage, "\(paths.count) files are attached.",
        hint: "A record has at most \(RecordLimits.attachments).")
    }
    var files: [PendingAttachment] = []
    for path in paths { files.append(try PendingAttachment(path: path, mediaType: type)) }
    return files
  }

  static let options = [
    Option(
      "--attach", "FILE",
      summary: "publish this file with the record, which is then the only one; 64 MiB at most",
      repeats: true),
    Option(
      "--media-type", "TYPE/SUBTYPE",
      summary: "of the attached files, in place of what their names end with"),
  ]
}
