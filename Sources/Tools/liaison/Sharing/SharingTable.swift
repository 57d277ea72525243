import CommandLine

/// The verbs by which a record leaves a node, and the leave that they need.
enum SharingTable {
  static let commands = [
    Command(ReshareVerb.verb, ReshareVerb.run),
    Command(ConsentVerbs.grant, ConsentVerbs.runGrant),
    Command(ConsentVerbs.revoke, ConsentVerbs.runRevoke),
    Command(ConsentVerbs.list, ConsentVerbs.runList),
    Command(EvidenceVerbs.export, EvidenceVerbs.runExport),
    Command(EvidenceVerbs.verify, EvidenceVerbs.runVerify),
  ]
}
