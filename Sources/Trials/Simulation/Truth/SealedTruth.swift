import Crypto
import Log
import Replication
import Store

/// The truth of what was sealed in a run, by those who sealed it: whom each record was meant for,
/// who was in each version of a group, and what was given to whom later.
struct SealedTruth {
  /// An entry: a crash may take it, and another may stand in its place then.
  struct Place: Hashable {
    let log: LogIdentity
    let index: UInt64
    let leaf: Digest

    func isStored(in store: Store) -> Bool {
      (store.durableHead(log.id)?.size ?? 0) > index
        && (try? store.leafHash(log.id, index)) == leaf
    }
  }

  struct Record {
    let place: Place
    let grant: UInt64
    let bytes: [UInt8]
    /// Those who got a slot of the grant, and the author. Nobody: no key of it was ever committed
    /// to.
    let readers: Set<NodeName>
  }

  struct Version {
    let place: Place
    let version: GroupVersion
    let members: [NodeName]
  }

  /// Keys that a history entry gives, as far as they are right.
  struct Gift {
    let place: Place
    let receivers: Set<NodeName>
    let grants: Set<UInt64>
    let records: Set<UInt64>
  }

  /// In the order in which they were sealed.
  private(set) var records: [Record] = []
  private(set) var versions: [Version] = []
  private(set) var gifts: [Gift] = []

  /// Something was sealed.
  enum News {
    case record(Record)
    case version(Version)
    case gift(Gift)
  }

  mutating func add(_ news: News) {
    switch news {
    case .record(let record): records.append(record)
    case .version(let version): versions.append(version)
    case .gift(let gift): gifts.append(gift)
    }
  }

  func version(_ version: GroupVersion) -> Version? { versions.first { $0.version == version } }

  /// An entry of the log that was sealed in this run stands here: it is nobody's to withdraw.
  func holds(_ log: LogID, _ index: UInt64) -> Bool {
    records.contains { $0.place.log.id == log && $0.place.index == index }
  }

  // MARK: Rules

  /// True when the node of the process has a slot of the record's grant, or was given a key of it
  /// by an entry that is stored there.
  func mayOpen(_ record: Record, _ process: NodeProcess) -> Bool {
    record.readers.contains(process.site.name) || isGiven(record, process)
  }

  private func isGiven(_ record: Record, _ process: NodeProcess) -> Bool {
    gifts.contains { gift in
      gift.place.log == record.place.log && gift.receivers.contains(process.site.name)
        && (gift.grants.contains(record.grant) || gift.records.contains(record.place.index))
        && gift.place.isStored(in: process.store)
    }
  }

  /// The versions with the highest number that the process can read now.
  func newest(of group: GroupName, at process: NodeProcess) -> [Version] {
    let readable = versions.filter { version in
      version.version.group == group && version.members.contains(process.site.name)
        && isReadable(version.place, process)
    }
    let number = readable.map(\.version.number).max()
    return readable.filter { $0.version.number == number }
  }

  private func isReadable(_ place: Place, _ process: NodeProcess) -> Bool {
    guard place.isStored(in: process.store),
      !process.core.isDisputed(place.log.id, at: place.index),
      process.core.epochs.endsAt(place.log.id).map({ place.index < $0 }) ?? true
    else { return false }
    // A version is a record directly behind its grant.
    return [place.index - 1, place.index].allSatisfy {
      (try? process.store.bodyState(place.log.id, $0)) == .present
    }
  }
}
