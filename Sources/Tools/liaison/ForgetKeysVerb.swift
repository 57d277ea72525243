import CommandLine
import Node
import Runtime
import Text

/// `keys forget`: old sealing secrets are destroyed.
enum ForgetKeysVerb {
  static let verb = Verb(
    "keys forget", "destroy sealing secrets that were replaced",
    details: [
      "Whoever steals this node's keys afterwards opens nothing that was sealed to the destroyed ones, however long carriers have it. That is all it promises: what this node's hub, backups, "
        + "exports of keys and other readers hold they hold on, and a disk may keep bytes that were overwritten.",
      "Without --lose it destroys nothing, and says how many records nothing here would open any more; with the same number it does it. "
        + "Needs the folder for itself: stop liaisond first. Every grant to these secrets has to be closed, which authors do after 30 days.",
    ],
    options: [
      Option("--sealing", summary: "the keys that records were sealed to", isRequired: true),
      Option(
        "--before", "YYYY-MM-DD", summary: "those that were replaced before this day",
        isRequired: true),
      Option("--lose", "N", summary: "do it, and lose this many records here"),
      Option(
        "--even-open",
        summary:
          "also where a grant is not closed, or a group is lost: what is sealed next is lost, too"),
      Liaison.data,
    ])

  static func run(_ arguments: Arguments) throws(Failure) {
    let text = arguments.value("--before") ?? ""
    guard let day = UTCTime.day(text), day > 0 else {
      throw Failure(.usage, "--before is \"\(text)\".", hint: "Write a date as YYYY-MM-DD.")
    }
    let lose = try arguments.number("--lose", in: 0...Int(Int32.max))
    let folder = arguments.folder
    _ = try Failure.wrap { () throws(IdentityError) in try CardFile.own(folder) }
    let lock = try arguments.lockFolder(hint: "Stop liaisond first.")
    defer { withExtendedLifetime(lock) {} }
    let forgetting = try Failure.wrap { () throws(IdentityError) in
      try KeyForgetting(folder, credential: OwnSecrets.credential(), before: UInt32(day))
    }
    guard forgetting.count > 0 else {
      return Output.print("no sealing secret was replaced before \(text)\n")
    }
    let survey = try survey(forgetting)
    try check(survey, arguments)
    Output.print(account(survey, forgetting))
    guard lose == survey.records else {
      throw Failure(
        .noPermission,
        lose == nil
          ? "Nothing was destroyed." : "Nothing was destroyed: it would lose another number.",
        hint: "Do it with --lose \(survey.records). It cannot be undone.")
    }
    try Failure.wrap { () throws(IdentityError) in try forgetting.perform(survey) }
    Output.print(
      "destroyed\nExport the keys anew (liaison keys export FILE), and destroy exports from before: they hold what was destroyed here.\n"
    )
  }

  private static func survey(_ forgetting: KeyForgetting) throws(Failure) -> ForgettingSurvey {
    var progress = ProgressLine()
    defer { progress.clear() }
    return try Failure.wrap { () throws(IdentityError) in
      try forgetting.survey { done, total in progress.show("read \(done) of \(total) entries") }
    }
  }

  private static func check(
    _ survey: ForgettingSurvey, _ arguments: Arguments
  ) throws(Failure) {
    guard !arguments.has("--even-open") else { return }
    guard survey.groups.isEmpty else {
      throw Failure(
        .temporaryFailure,
        "Who is in \(survey.groups.joined(separator: ", ")) would be read here no more.",
        hint:
          "Ask who convenes it for the next version, with liaison group renew, or leave it with --even-open."
      )
    }
    guard !survey.openGrants.isEmpty else { return }
    let named = survey.openGrants.prefix(8).map {
      "\($0.entry) of \(UTCTime.text(milliseconds: $0.time).prefix(10))"
    }
    let more = survey.openGrants.count - named.count
    throw Failure(
      .temporaryFailure,
      "Grants to these secrets are not closed: \(named.joined(separator: ", "))\(more > 0 ? " and \(more) more" : "").",
      hint:
        "Authors close them 30 days after they were made, while their nodes run: wait for them, or lose what they seal next with --even-open."
    )
  }

  private static func account(
    _ survey: ForgettingSurvey, _ forgetting: KeyForgetting
  ) -> String {
    var table = TextTable(["LOG", "RECORDS", "CHUNKS"])
    for loss in survey.losses {
      table.add([loss.origin, "\(loss.records)", "\(loss.chunks)"])
    }
    let secrets = forgetting.count == 1 ? "1 sealing secret" : "\(forgetting.count) sealing secrets"
    guard !survey.losses.isEmpty else { return "\(secrets); nothing here becomes unreadable\n" }
    return "\(secrets); nothing here opens these any more:\n\n\(table.text)\n"
  }
}
