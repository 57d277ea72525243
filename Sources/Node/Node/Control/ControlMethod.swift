public import Varlink

/// A method of the control socket that gives one answer: its name, and what it does.
public struct ControlMethod {
  /// As in Protocols/org.liaison.varlink, without the interface.
  public let name: String
  let answer: (MethodCall) throws -> Void

  /// Answers at once, and so must be bounded in what it reads.
  /// - Parameter body: what it throws is the answer: a `ControlError`, or what is wrong with the
  ///   parameters.
  public static func now<Request: CallParameters, Reply: Encodable>(
    _ name: String, _ body: @escaping (Request) throws -> Reply
  ) -> ControlMethod {
    ControlMethod(name: name) { call in
      let reply = try body(try call.parameters())
      call.settle(.success { VarlinkReply.encode(reply) })
    }
  }

  /// The same, without parameters.
  public static func now<Reply: Encodable>(
    _ name: String, _ body: @escaping () throws -> Reply
  ) -> ControlMethod {
    now(name) { (_: NoParameters) in try body() }
  }

  /// Answers through a closure, on the loop's thread, exactly once, whether or not the client is
  /// still there.
  /// - Parameter body: gets, beside the request, whether the client is still there, and the
  ///   closure. What it throws is the answer, if it throws.
  public static func later<Request: CallParameters, Reply: Encodable>(
    _ name: String,
    _ body:
      @escaping (
        Request, _ isHeard: @escaping () -> Bool,
        _ reply: @escaping (Result<Reply, ControlError>) -> Void
      ) throws -> Void
  ) -> ControlMethod {
    later(name, body) { VarlinkReply.encode($0) }
  }

  /// The same, for replies that are written without `Codable`.
  public static func later<Request: CallParameters, Reply: VarlinkWritable>(
    _ name: String,
    _ body:
      @escaping (
        Request, _ isHeard: @escaping () -> Bool,
        _ reply: @escaping (Result<Reply, ControlError>) -> Void
      ) throws -> Void
  ) -> ControlMethod {
    later(name, body) { VarlinkReply.write($0, continues: false) }
  }

  private static func later<Request: CallParameters, Reply>(
    _ name: String,
    _ body:
      @escaping (
        Request, @escaping () -> Bool, @escaping (Result<Reply, ControlError>) -> Void
      ) throws -> Void, encode: @escaping (Reply) -> [UInt8]
  ) -> ControlMethod {
    ControlMethod(name: name) { call in
      try body(try call.parameters(), call.isHeard) { result in
        call.settle(result.map { reply in { encode(reply) } })
      }
    }
  }
}

/// One call of a method, without its session.
struct MethodCall {
  let message: [UInt8]
  let isHeard: () -> Bool
  /// Takes the way to write the reply: nobody writes one that is not wanted any more.
  let settle: (Result<() -> [UInt8], ControlError>) -> Void

  func parameters<Parameters: CallParameters>() throws -> Parameters {
    try Parameters.decode(from: message)
  }
}
