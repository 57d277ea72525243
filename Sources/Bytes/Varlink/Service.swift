/// `org.varlink.service`, which every server answers.
public struct ServiceInfo: Encodable {
  public var vendor = "Liaison"
  public var product: String
  public var version: String
  public var url = ""
  public var interfaces: [String]

  /// - Parameter interfaces: beside `org.varlink.service`.
  public init(product: String, version: String, interfaces: [String]) {
    self.product = product
    self.version = version
    self.interfaces = interfaces + [ServiceInfo.interface]
  }

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

  public static func unknownInterface(
    _ interface: String
  ) -> (name: String, parameters: [String: String]) {
    ("org.varlink.service.InterfaceNotFound", ["interface": interface])
  }
}

public struct InterfaceRequest: CallParameters {
  public static let names = ["interface"]
  public var interface: String
}

public struct InterfaceDescription: Codable {
  public var description: String
  public init(description: String) { self.description = description }
}

extension ServiceInfo {
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
