import CommandLine
import HubInterface
import Log
import Node
import Records

/// A record that is to leave this node: which entry it is, who wrote it and what its author allows.
struct Original {
  /// `nl/1/17`
  let entry: String
  let author: NodeName
  let record: SharedRecord
  /// The log's id and the leaf's hash, 64 hexadecimal digits each.
  let log: String
  let leaf: String
  let index: Int

  /// The entry as records cite it (REC-75).
  var citation: EntryCitation { EntryCitation(entry: entry, log: log, index: index, leaf: leaf) }

  /// - Parameters:
  ///   - word: an entry, `nl/1/17`, or a record's name, `nl:2015-0117`: of another node's the hub
  ///     says which entry that is.
  static func find(
    _ word: String, _ arguments: Arguments, _ daemon: DaemonConnection
  ) throws(Failure) -> Original {
    let entry = word.isEntry ? word : try entry(of: word, arguments)
    let shown = try daemon.call("Show", ShowRequest(entry: entry), reply: ShowReply.self)
    guard shown.opening == .opened, let text = shown.record else {
      throw Failure(
        .noInput, "This node does not read \(entry).", hint: "See liaison show \(entry).")
    }
    let parts = entry.split(separator: "/")
    guard let author = parts.first.flatMap({ try? NodeName(String($0)) }),
      let index = parts.last.flatMap({ Int($0) })
    else { throw Failure(.usage, "\"\(entry)\" is no entry.", hint: "Write nl/1/17.") }
    if shown.disputed || shown.late {
      throw Failure(
        .dataError, "\(entry) is \(shown.disputed ? "disputed" : "late").",
        hint: "Ask \(author) before it is used.")
    }
    return Original(
      entry: entry, author: author, record: SharedRecord.read(Array(text.utf8)), log: shown.log,
      leaf: shown.leafHash, index: index)
  }

  private static func entry(of word: String, _ arguments: Arguments) throws(Failure) -> String {
    guard let reference = RecordReference(word) else {
      throw Failure(
        .usage, "\"\(word)\" is no name of a record.",
        hint: "Write NODE:ID, for example nl:2015-0117, or an entry, nl/1/17.")
    }
    let own = try OwnIDs(arguments.folder)
    if reference.author.text == own.node {
      guard let newest = try own.standing(own.hash(reference.id), most: 1).last else {
        throw Failure(.noInput, "No version of \(word) stands.", hint: "See liaison tail.")
      }
      return newest.entry
    }
    let look = try LookOptions(arguments).look
    let reply = try HubConnection(arguments.hub).call(
      "Search", SearchRequest(look: look, text: word, limit: 1), reply: SearchReply.self)
    AccountText(look, reply.account).printError()
    guard let hit = reply.hits.first, hit.found.ref == word else {
      throw Failure(
        .noInput, "No readable record is called \(word).", hint: "Or it is not for this purpose.")
    }
    return hit.found.entry
  }
}

/// Nodes as records cite them: by name, and by the logs under which they are known here.
struct KnownNodes {
  let own: NodeName
  private let logs: [(origin: Origin, id: String)]

  init(_ daemon: DaemonConnection) throws(Failure) {
    let report = try daemon.call("Status", reply: StatusReport.self)
    guard let own = try? NodeName(report.node) else {
      throw Failure(.unavailable, "The daemon is of no node.", hint: "Use one version of both.")
    }
    self.own = own
    logs = report.logs.compactMap { log in
      (try? Origin(log.origin)).map { (origin: $0, id: log.id) }
    }
  }

  /// Log ids of every epoch of a node.
  func logs(of node: NodeName) -> Set<String> {
    Set(logs.filter { $0.origin.name == node }.map(\.id))
  }

  /// A node with the log of its newest epoch.
  /// - Throws: for one of which no log is here.
  func citation(_ name: String, option: String) throws(Failure) -> NodeCitation {
    guard let node = try? NodeName(name),
      let log = logs.filter({ $0.origin.name == node }).max(by: {
        $0.origin.epoch < $1.origin.epoch
      })
    else {
      throw Failure(
        .usage, "\(option) names \"\(name)\", of which no log is here.",
        hint: "See liaison peer list.")
    }
    return NodeCitation(node: node, log: log.id)
  }
}
