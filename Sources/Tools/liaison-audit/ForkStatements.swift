internal import Crypto
internal import Log

/// One statement of the key in a piece of evidence, in words and as JSON.
struct KeyStatement {
  let text: String
  let json: JSON

  /// An entry, and why its author cannot deny it.
  init(_ exhibit: Exhibit, of identity: LogIdentity) {
    let leaf = exhibit.leaf
    let header = EntryHeader(parsing: leaf.span)
    var how = "signed by itself"
    var checkpoint: String?
    if case .included(let included) = exhibit {
      checkpoint = String(decoding: included.checkpoint, as: UTF8.self)
      how = "under a checkpoint, \(included.path.count) hashes lead to its root"
    }
    let hash = EntryHeader.leafHash(of: leaf.span)
    let signature = Base64.encode(Array(leaf[EntryLayout.headerBytes...]))
    let isSigned = identity.verifySignature(leaves: leaf.span, at: 0)
    var text = "  entry \(exhibit.position), \(how)\n"
    let lines: [(String, String)] = [
      ("time", "\(header.time) ms since 1970, as the author claims"),
      ("kind", header.knownKind.map { "\($0)" } ?? "unknown (\(header.kind))"),
      ("previous", header.previous.description),
      ("body", "\(header.bodyBytes) bytes, SHA-256 \(header.bodyHash)"),
      ("header", EntryHeader.headerHash(of: leaf.span).description),
      ("leaf hash", hash.description),
      ("signature", signature + (isSigned ? "" : " (does not verify)")),
    ]
    for (name, value) in lines {
      text += "    \(name)\(String(repeating: " ", count: 10 - name.count))\(value)\n"
    }
    if let checkpoint { text += KeyStatement.indented(checkpoint) }
    self.text = text
    json = .object(
      [
        ("entry", .number(exhibit.position)), ("leaf", .string(Hex.encode(leaf))),
        ("leafHash", .string(hash.description)), ("time", .number(header.time)),
        ("signatureVerifies", .bool(isSigned)),
      ] + (checkpoint.map { [("checkpoint", .string($0))] } ?? []))
  }

  /// A checkpoint, as the key signed it.
  init(checkpoint note: [UInt8]) {
    let note = String(decoding: note, as: UTF8.self)
    text = "  a checkpoint\n" + KeyStatement.indented(note)
    json = .object([("checkpoint", .string(note))])
  }

  private static func indented(_ note: String) -> String {
    note.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      .map { $0.isEmpty ? "\n" : "      \($0)\n" }.joined()
  }
}

extension ForkProof {
  var what: String {
    switch evidence {
    case .entries: "fork: two entries \(frozenAt) with different headers"
    case .roots: "fork: two checkpoints of \(frozenAt) entries with different roots"
    case .prefix:
      "fork: a checkpoint of \(frozenAt) entries that is no prefix of a larger one"
    }
  }

  var statements: [KeyStatement] {
    switch evidence {
    case .entries(let a, let b):
      [KeyStatement(a, of: identity), KeyStatement(b, of: identity)]
    case .roots(let a, let b), .prefix(let a, let b, _, _):
      [KeyStatement(checkpoint: a), KeyStatement(checkpoint: b)]
    }
  }

  /// The consequence of the proof.
  var meaning: String {
    var text =
      "  The log is frozen at \(frozenAt): entries below stand, those from there on are disputed.\n"
    switch evidence {
    case .entries(let a, let b):
      let isLowest = previous(a) == previous(b)
      text +=
        isLowest
        ? "  Both name the same entry before them: this is the lowest index of this fork.\n"
        : "  They name different entries before them: this fork began at a lower index.\n"
    case .prefix(_, _, let root, let proof):
      text +=
        "  The larger one's first \(frozenAt) entries have the root \(Base64.encode(root.array)); \(proof.count) hashes prove it.\n"
    case .roots: break
    }
    return text + "  It speaks of the key. Who used it, and why, it does not say.\n"
  }

  private func previous(_ exhibit: Exhibit) -> Digest {
    EntryHeader(parsing: exhibit.leaf.span).previous
  }
}
