/// The broad kind of a message, as it stands in the envelope's `c` or, in the older dialect, before the JSON.
public struct MessageCategory: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
    public var rawValue: String

    /// Any text; unknown categories are kept as they are.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// `WSE`: handshake, heartbeat, subscriptions.
    public static let system = MessageCategory(rawValue: "WSE")
    /// `S`: snapshots and synchronisation.
    public static let snapshot = MessageCategory(rawValue: "S")
    /// `U`: updates, which is what applications send and get.
    public static let update = MessageCategory(rawValue: "U")

    public var description: String { rawValue }
}
