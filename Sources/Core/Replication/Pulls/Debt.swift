/// Bytes a peer lent us until they are durable: SYNC-33.
struct Debt {
  let session: SessionID
  let request: UInt32
  let upTo: UInt64
  let bytes: Int
}
