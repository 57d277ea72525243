/// The interface that `GetInterfaceDescription` answers with; a test compares it with
/// `Protocols/org.liaison.Hub.varlink`, byte for byte.
public enum HubInterface {
  public static let name = "org.liaison.Hub"

  public static let description = """
    # Questions to the knowledge hub of one node: see Protocols/hub.md.
    interface org.liaison.Hub

    # why somebody looks: a purpose (ct, soc, finance, border, missing) with a reason, or an open case, which holds both
    type Look (purpose: ?string, reason: ?string, case: ?int)

    # Told with every answer. consultation: the look's entry in the consultation log. complete: all that the daemon can read
    # was in the hub. hidden: so many records more would answer and are not for this purpose; hiddenFrom: whose they are.
    type Account (
      consultation: int,
      complete: bool,
      hidden: int,
      hiddenFrom: []string,
      notes: []string
    )

    # one version of one record, in its author's exact text; marks: what is to be known before it is used
    type Found (
      ref: ?string,
      entry: string,
      author: string,
      time: int,
      type: string,
      record: string,
      marks: []string
    )

    # the contributions of all rows add up to the score
    type Row (
      feature: string,
      left: string,
      right: string,
      similarity: float,
      weight: float,
      contribution: float,
      rule: string
    )

    # kind: identifier, name, words or named
    type Hit (
      found: Found,
      kind: string,
      score: float,
      explanation: []Row,
      sentence: string
    )

    # field: where found names the other record
    type Mention (found: Found, field: string)

    type Judgement (
      left: string,
      right: string,
      judgement: string,
      reason: string,
      user: string,
      time: int,
      matcher: int
    )

    # a machine readable zone; wellRead says nothing of the document
    type Zone (
      format: string,
      documentType: string,
      issuer: string,
      number: string,
      name: string,
      birthDate: ?string,
      expiryDate: ?string,
      sex: ?string,
      nationality: string,
      wellRead: bool,
      problems: []string
    )

    # from one reference to another, by what an author published, or by a judgement of this hub
    type Edge (
      from: string,
      to: string,
      role: string,
      domain: ?string,
      startDate: ?string,
      endDate: ?string,
      entry: ?string,
      grade: ?string,
      marks: []string
    )

    # A name for what an edge leads to: a record's, or what was written where there is none.
    type Node (ref: string, type: ?string, label: string)

    type Place (name: string, latitude: ?float, longitude: ?float)

    # others: persons on the same carrier's service on the same day, by other records
    type Leg (
      entry: string,
      trip: ?string,
      persons: []string,
      mode: ?string,
      carrier: ?string,
      service: ?string,
      from: ?Place,
      to: ?Place,
      depart: ?string,
      arrive: ?string,
      status: ?string,
      grade: ?string,
      others: []string,
      marks: []string
    )

    type Payment (
      entry: string,
      ref: ?string,
      payer: string,
      beneficiary: string,
      amount: string,
      currency: string,
      date: ?string,
      method: ?string,
      reason: ?string,
      grade: ?string,
      marks: []string
    )

    type Case (
      number: int,
      purpose: string,
      reason: string,
      user: string,
      openedAt: int,
      closedAt: ?int
    )

    # asked: what was asked; returned: the entries that were shown
    type Consultation (
      index: int,
      time: int,
      user: string,
      purpose: string,
      reason: string,
      case: ?int,
      verb: string,
      asked: string,
      returned: []string,
      hidden: int
    )

    # The newest anchor of the consultation log: an entry of the node's log, when, how many looks it covers; why there is none, or
    # no newer one.
    type Anchor (entry: ?string, time: ?int, consultations: ?int, why: ?string)

    # A question that is asked of every record that comes. threshold: alert or review; until: its last day; state: active, paused, ended
    # or removed; revision: raised when it goes on after a pause
    type Watch (
      number: int,
      revision: int,
      name: ?string,
      birth: ?string,
      nationality: ?string,
      document: ?string,
      phone: ?string,
      threshold: string,
      until: string,
      purpose: string,
      reason: string,
      user: string,
      time: int,
      state: string
    )

    type Contact (phone: ?string, hours: ?string, reference: ?string)

    # A record that fits a watch, or a person that this node published (own). Of an alert that was retracted its record is not told: why
    # says what became of it. state: listed, raised, taken, closing, closed or retracted; outcome: true or false
    type Alert (
      alert: int,
      watch: ?int,
      own: ?string,
      band: string,
      state: string,
      why: ?string,
      score: float,
      explanation: []Row,
      sentence: string,
      found: ?Found,
      grade: ?string,
      handling: []string,
      warnings: []string,
      action: ?string,
      contact: ?Contact,
      raisedAt: int,
      changedAt: int,
      escalated: bool,
      takenBy: ?string,
      closedBy: ?string,
      outcome: ?string,
      closeReason: ?string
    )

    # kind: raised, changed, updated, escalated, retracted, again, taken, released, handed-over, closing, closed, reopened, watch-ends
    type AlertEvent (event: int, kind: string, time: int, user: ?string, alert: ?Alert, watch: ?Watch)

    type AlertState (alert: int, state: string, takenBy: ?string)

    type HandOver (
      number: int,
      from: string,
      to: string,
      alerts: []int,
      reason: string,
      offeredAt: int,
      acceptedAt: ?int
    )

    # a traveller as a list has him; line: where
    type Passenger (
      line: int,
      name: string,
      given: ?string,
      family: ?string,
      birth: ?string,
      gender: ?string,
      nationality: ?string,
      document: ?string,
      documentType: ?string,
      issuer: ?string
    )

    # kind: document or name; known: an earlier list of the same flight had it
    type PassengerHit (
      hit: int,
      band: string,
      kind: string,
      score: float,
      explanation: []Row,
      sentence: string,
      found: Found,
      warnings: []string,
      action: ?string,
      contact: ?Contact,
      known: bool
    )

    # result: alert, review or clear; notes: what was cleared, and what was not compared
    type PassengerResult (line: int, result: string, hits: []PassengerHit, notes: []string)

    # a list that was screened; sameAs: an earlier list with the same bytes
    type Screening (
      number: int,
      flight: ?string,
      user: string,
      purpose: string,
      time: int,
      lines: int,
      unreadable: int,
      alerts: int,
      reviews: int,
      sameAs: ?int
    )

    # until: the last day; state: proposed, counts or ended
    type Exclusion (
      number: int,
      ref: string,
      until: string,
      basis: string,
      reason: string,
      proposedBy: string,
      confirmedBy: ?string,
      time: int,
      state: string
    )

    # told of total entries that the daemon holds of this log were looked at
    type LogProgress (origin: string, told: int, total: int)

    # names in any script, numbers, words of notes, or a reference; equally: so many candidates fit as well as the last one shown
    method Search(
      look: Look,
      text: string,
      type: ?string,
      from: ?string,
      since: ?string,
      born: ?string,
      limit: ?int
    ) -> (hits: []Hit, equally: ?int, account: Account)

    # all that is known of one person or thing, with sources and grades
    method Dossier(look: Look, ref: string) -> (
      versions: []Found,
      same: []Found,
      mentions: []Mention,
      similar: []Hit,
      judgements: []Judgement,
      account: Account
    )

    # why two persons match, or do not
    method Compare(look: Look, left: string, right: string) -> (
      left: Found,
      right: Found,
      score: float,
      explanation: []Row,
      sentence: string,
      judgements: []Judgement,
      account: Account
    )

    # candidates for each record, in order
    method Match(look: Look, records: []string, limit: ?int) -> (
      matches: [](hits: []Hit, problem: ?string),
      account: Account
    )

    # documents with this number, or of a zone
    method CheckDocument(look: Look, number: ?string, country: ?string, zone: ?string) -> (
      zone: ?Zone,
      hits: []Hit,
      account: Account
    )

    # judgement: same, not-same, unsure, or undo for none
    method Judge(look: Look, left: string, right: string, judgement: string) -> (
      judgement: ?Judgement,
      account: Account
    )

    # who is linked with whom, to a depth; with to the shortest path, if there is one
    method Links(look: Look, ref: string, to: ?string, depth: ?int) -> (
      edges: []Edge,
      nodes: []Node,
      path: ?[]string,
      cut: bool,
      account: Account
    )

    # legs of one person's trips, or of trips without a person (routes); cut: there are more
    method Trips(look: Look, ref: ?string) -> (legs: []Leg, cut: bool, account: Account)

    # accounts and payments around one person
    method Money(look: Look, ref: string, since: ?string) -> (
      accounts: []Found,
      payments: []Payment,
      cut: bool,
      account: Account
    )

    method OpenCase(purpose: string, reason: string) -> (case: Case)
    method CloseCase(number: int) -> (case: Case)
    method Cases() -> (cases: []Case)

    # What is to be told from now on, and what fits already. One of name, document and phone is there.
    method AddWatch(
      look: Look,
      name: ?string,
      birth: ?string,
      nationality: ?string,
      document: ?string,
      phone: ?string,
      threshold: ?string,
      until: ?string
    ) -> (watch: Watch, fits: []Alert, more: int, account: Account)
    method Watches() -> (watches: []Watch)

    # change: remove, pause or resume; a watch that is resumed lists what fits by now
    method ChangeWatch(look: Look, number: int, change: string) -> (
      watch: Watch,
      fits: []Alert,
      more: int,
      account: Account
    )

    # Alerts that stand; with all, the closed, retracted and listed ones, too; with after, what has happened since that event, for which
    # it waits so many seconds if there is nothing. next: the last event
    method Alerts(alert: ?int, all: ?bool, after: ?int, wait: ?int, limit: ?int) -> (
      alerts: []Alert,
      events: []AlertEvent,
      next: int,
      account: Account
    )

    # change: take, release, close, confirm or reopen; outcome, of close: true or false
    method ChangeAlerts(alerts: []int, change: string, outcome: ?string, reason: ?string) -> (
      alerts: []AlertState,
      account: Account
    )

    # alerts: those that one took; without it all of them
    method OfferHandOver(to: string, alerts: ?[]int, reason: string) -> (handOver: HandOver, account: Account)
    method AcceptHandOver(number: int) -> (handOver: HandOver, account: Account)
    method HandOvers() -> (handOvers: []HandOver)

    # A part of a list; list: the number that the first part got. names: those without a date of birth are compared by name, too
    method Screen(look: Look, list: ?int, flight: ?string, names: ?bool, passengers: []Passenger) -> (
      list: int,
      results: []PassengerResult,
      account: Account
    )

    # digest: SHA-256 of the list, hexadecimal; gone: hits of the last list of this flight that this one lacks
    method FinishList(list: int, digest: string, unreadable: int) -> (screening: Screening, gone: int)
    method Screenings() -> (screenings: []Screening)

    # For hits of a list, or for a document and date of birth with one record. basis: the law that allows it
    method Exclude(
      look: Look,
      hits: []int,
      document: ?string,
      birth: ?string,
      ref: ?string,
      until: string,
      basis: string
    ) -> (exclusions: []Exclusion, account: Account)
    method Exclusions() -> (exclusions: []Exclusion)

    # change: confirm or end
    method ChangeExclusion(number: int, change: string) -> (exclusion: Exclusion)

    # The next event that this hook has not confirmed, for which it waits so many seconds. alarm: the hook failed again and again
    method HookEvent(hook: string, wait: ?int) -> (event: ?AlertEvent)
    method HookDone(hook: string, event: int) -> ()
    method HookFailed(hook: string, event: int, reason: string) -> ()

    # who looked at what, and why: the newest first, below an index
    method Consultations(look: Look, below: ?int, limit: ?int) -> (
      consultations: []Consultation,
      account: Account
    )

    method Status() -> (
      node: string,
      version: string,
      schema: int,
      keys: int,
      matcher: int,
      connected: bool,
      complete: bool,
      why: ?string,
      progress: []LogProgress,
      entries: int,
      current: int,
      marked: int,
      indexed: int,
      indexBytes: int,
      databaseBytes: int,
      consultations: int,
      anchor: ?Anchor,
      watches: int,
      alerts: int,
      untaken: int,
      alertsBehind: int,
      startedAt: int,
      warnings: []string
    )

    # forgets what was derived, and asks the daemon for everything
    method Rebuild() -> ()

    # copies what is not derived (cases, judgements, alerts, consultations) into a new folder
    method Backup(folder: string) -> (files: []string)

    # records by type, author and grade, as this hub holds them
    method Stats() -> (
      types: [string]int,
      authors: [string]int,
      grades: [string]int,
      problems: [string]int
    )

    # no readable record has this name, or none for this purpose
    error NotFound (ref: string)
    # the look lacks a purpose or reason, or names another than the user may have
    error NotAllowed (reason: string, hint: string)
    error UnknownCase (number: int)
    # what: a watch, an alert, a hand-over, a hit, a list or an exclusion
    error Unknown (what: string, number: int)
    error DiskFailed (reason: string)
    error Busy ()
    error Refused (reason: string, hint: string)

    """
}
