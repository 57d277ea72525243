/// The interface of the anchor socket; a test compares it with `Protocols/org.liaison.Anchor.varlink`, byte for byte.
public enum AnchorInterface {
  public static let name = "org.liaison.Anchor"

  public static let description = """
    # Binds a local log to the log of this node, for the hub alone: see Protocols/hub.md, 9.
    interface org.liaison.Anchor

    # origin: nl/1, the log that the entry is meant for. log: the local log's id; commitment: SHA-256(nonce, checkpoint); 64 hexadecimal
    # digits each. Answered when the entry is durable: nl/1/17.
    method Publish(origin: string, log: string, commitment: string) -> (entry: string)

    # this node writes another log now
    error OtherEpoch (origin: string)
    # the node does not sign, or its log is frozen or contested
    error NotSigning (reason: string)
    error TooOften (seconds: int)
    error DiskFailed (reason: string)
    error Busy ()
    error Refused (reason: string, hint: string)

    """
}
