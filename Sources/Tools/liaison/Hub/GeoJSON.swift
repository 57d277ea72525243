import HubInterface
import JSON
import Varlink

/// Lines on a map: RFC 7946, coordinates in WGS 84, longitude first.
enum GeoJSON {
  struct Feature {
    let lines: [[Position]]
    /// JSON of an object.
    let properties: [UInt8]
  }

  struct Position: Equatable {
    let longitude: Double
    let latitude: Double

    /// - Returns: nil when the place has no coordinates, or some that no place has.
    init?(_ place: PlaceReport?) {
      guard let longitude = place?.longitude, let latitude = place?.latitude,
        (-180...180).contains(longitude), (-90...90).contains(latitude)
      else { return nil }
      self.init(longitude: longitude, latitude: latitude)
    }

    init(longitude: Double, latitude: Double) {
      self.longitude = longitude
      self.latitude = latitude
    }
  }

  /// - Returns: nil when one of the places has no coordinates.
  static func feature(_ leg: LegReport) -> Feature? { feature(leg.from, leg.to, leg) }
  /// - Returns: nil when one of the places has no coordinates.
  static func feature(_ route: Route) -> Feature? { feature(route.from, route.to, route) }

  private static func feature(
    _ from: PlaceReport?, _ to: PlaceReport?, _ properties: some Encodable
  ) -> Feature? {
    guard let from = Position(from), let to = Position(to) else { return nil }
    return Feature(lines: lines(from, to), properties: VarlinkJSON.encode(properties))
  }

  /// One line; two where the shorter way crosses the 180th meridian, which no line may (RFC 7946,
  /// 3.1.9).
  static func lines(_ from: Position, _ to: Position) -> [[Position]] {
    let way = to.longitude - from.longitude
    guard abs(way) > 180 else { return [[from, to]] }
    let edge: Double = way < 0 ? 180 : -180
    let length = 360 - abs(way)
    let part = length == 0 ? 0 : abs(edge - from.longitude) / length
    let latitude = from.latitude + (to.latitude - from.latitude) * part
    return [
      [from, Position(longitude: edge, latitude: latitude)],
      [Position(longitude: -edge, latitude: latitude), to],
    ]
  }

  /// A FeatureCollection on one line.
  static func collection(_ features: [Feature]) -> [UInt8] {
    JSONWriter.object { writer in
      writer.member("type", "FeatureCollection")
      writer.list("features", features) { writer, feature in
        writer.member("type", "Feature")
        writer.key("geometry")
        writer.beginObject()
        let coordinates = feature.lines.map { $0.map { [$0.longitude, $0.latitude] } }
        if coordinates.count == 1 {
          writer.member("type", "LineString")
          writer.member("coordinates", coordinates[0])
        } else {
          writer.member("type", "MultiLineString")
          writer.member("coordinates", coordinates)
        }
        writer.endObject()
        writer.key("properties")
        writer.raw(feature.properties)
      }
    }
  }
}
