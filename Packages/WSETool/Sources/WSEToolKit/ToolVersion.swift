/// The version of this package.
public enum ToolVersion {
    public static let current = "0.1.0"
}
