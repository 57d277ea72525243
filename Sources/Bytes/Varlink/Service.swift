/// `org.varlink.service`, which every server answers.
public struct ServiceInfo: Encodable {
  /// The members of GetInfo's reply; their names are the format.
  public var vendor = "Liaison"
  /// The program that answers, as `liaisond`.
  public var product: String
  /// `Release.version`.
  public var version: String
  /// Empty: there is no page of the service.
  public var url = ""
  /// In full, `org.varlink.service` last.
  public var interfaces: [String]

  /// - Parameter interfaces: beside `org.varlink.service`.
  public init(product: String, version: String, interfaces: [String]) {
    self.product = product
    self.version = version
    self.interfaces = interfaces + [ServiceInfo.interface]
  }

  /// Answered beside every server's own.
  public static let interface = "org.varlink.service"

  /// The error for a method that is not there: of an interface that is, or of none.
  public static func unknown(
    _ method: String, of interfaces: [String]
  ) -> (name: String, parameters: [String: String]) {
    let interface = method.split(separator: ".").dropLast().joined(separator: ".")
    return interfaces.contains(interface) || interface == ServiceInfo.interface
      ? ("org.varlink.service.MethodNotFound", ["method": method])
      : unknownInterface(interface)
  }

  /// The error for an interface that this server does not have.
  public static func unknownInterface(
    _ interface: String
  ) -> (name: String, parameters: [String: String]) {
    ("org.varlink.service.InterfaceNotFound", ["interface": interface])
  }
}

/// The parameters of GetInterfaceDescription.
public struct InterfaceRequest: CallParameters {
  /// One, and required.
  public static let names = ["interface"]
  /// The full name; another than the server's own is answered with `InterfaceNotFound`.
  public var interface: String
}

/// The reply of GetInterfaceDescription.
public struct InterfaceDescription: Codable {
  /// An interface definition of varlink, with its comments.
  public var description: String
  /// - Parameter description: the text of `Protocols/*.varlink` that the program holds.
  public init(description: String) { self.description = description }
}

extension ServiceInfo {
  /// The definition, as varlink.org has it.
  public static let description = """
    # What every varlink service answers about itself.
    interface org.varlink.service

    method GetInfo() -> (
      vendor: string,
      product: string,
      version: string,
      url: string,
      interfaces: []string
    )

    method GetInterfaceDescription(interface: string) -> (description: string)

    error InterfaceNotFound (interface: string)
    error MethodNotFound (method: string)
    error MethodNotImplemented (method: string)
    error InvalidParameter (parameter: string)
    error ExpectedMore ()

    """
}
