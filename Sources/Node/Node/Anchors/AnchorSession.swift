import Anchoring
import Varlink

/// One client of the anchor socket (Protocols/hub.md, HUB-65 and 66).
final class AnchorSession: CallSession {
  private let service: any AnchorService

  private static let kind = Kind(
    name: AnchorInterface.name, description: AnchorInterface.description,
    specification: "Protocols/hub.md, 9,", messageBytes: AnchorLimits.messageBytes,
    pipelinedBytes: AnchorLimits.pipelinedBytes)

  init(service: any AnchorService) {
    self.service = service
    super.init(AnchorSession.kind, version: service.version)
    inputRefused = { [weak service] in service?.anchorInputRefused($0) }
  }

  override func answer(_ call: Call) throws {
    guard call.head.method == "org.liaison.Anchor.Publish" else {
      return fail(call, unknown: call.head.method)
    }
    service.anchor(try call.parameters(AnchorRequest.self)) { [weak self] result in
      switch result {
      case .success(let reply): self?.finish(call, reply)
      case .failure(let error): self?.fail(call, error.varlinkName, error.parameters)
      }
    }
  }
}
