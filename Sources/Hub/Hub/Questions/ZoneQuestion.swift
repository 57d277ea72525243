internal import HubInterface
internal import Records

/// A zone that somebody typed or a reader read.
struct ZoneQuestion {
  let zone: Zone
  let number: String

  init(_ text: String, today: CivilDay?) throws(HubError) {
    let read: MachineReadableZone
    do { read = try MachineReadableZone(parsing: text) } catch {
      throw .refused(
        reason: "the zone cannot be read: \(error)",
        hint: "give its two or three lines as they are printed")
    }
    number = read.number
    zone = Zone(read, today: today)
  }
}
