/// The release that is built: the newest heading of CHANGELOG.md, which `TidyTests` compares.
public enum Release {
  /// `--version`, and what varlink's GetInfo answers.
  public static let version = "0.4.0"
}
