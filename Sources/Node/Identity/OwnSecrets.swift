internal import Runtime
public import Secrets

/// Reads this node's secret keys, and the pre-shared keys, straight into guarded memory.
public enum OwnSecrets {
  /// - Parameter credential: a file that systemd's `LoadCredentialEncrypted=` provides instead of
  ///   `secrets/node.key`.
  public static func load(
    _ folder: NodeFolder, credential: String? = nil
  ) throws(IdentityError) -> NodeSecrets {
    let path = credential ?? folder.secrets
    let bytes: GuardedBytes
    do throws(IdentityError) {
      bytes = try guarded(
        path, maxBytes: NodeSecrets.encodedBytes, allowsOthers: credential != nil)
    } catch {
      let hint =
        error.kind == .missing
        ? "restore it from its backup: without it this node can neither sign nor read" : error.hint
      throw IdentityError(error.kind, error.reason, hint: hint)
    }
    do {
      return try NodeSecrets.load(from: bytes)
    } catch {
      throw IdentityError(
        .malformed, "\(path) does not hold this node's keys",
        hint: "restore the file; it is written once, by \"liaison init\"")
    }
  }

  static func guarded(
    _ path: String, maxBytes: Int, allowsOthers: Bool = false
  ) throws(IdentityError) -> GuardedBytes {
    do throws(SystemError) {
      let file = try GuardedFile(path, maxBytes: maxBytes, allowsOthers: allowsOthers)
      return try GuardedBytes(count: file.bytes) { bytes throws(SystemError) in
        try file.read(into: &bytes)
      }
    } catch {
      let isOpenToOthers = error.isPermission && error.call.contains("chmod")
      throw IdentityError(
        error,
        hint: isOpenToOthers ? "others could have read it: see who did, then chmod 600 \(path)" : ""
      )
    }
  }

  /// The passphrase in a file, without the line break at its end.
  public static func passphrase(from path: String) throws(IdentityError) -> GuardedBytes {
    let bytes = try guarded(path, maxBytes: 1_026, allowsOthers: true)
    let count = bytes.withBytes { text in
      var count = text.count
      while count > 0, text[count - 1] == 0x0a || text[count - 1] == 0x0d { count -= 1 }
      return count
    }
    return bytes.prefix(count)
  }
}
