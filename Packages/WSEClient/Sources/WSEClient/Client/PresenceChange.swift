public import WSEWire

/// Somebody appeared on a topic, changed, or went. The protocol does not say on which topic.
public struct PresenceChange: Sendable, Hashable {
    /// What happened.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// Somebody came.
        case joined
        /// Somebody changed what they show.
        case updated
        /// Somebody went.
        case left
    }

    /// What happened.
    public var kind: Kind
    /// Who it is.
    public var userID: String
    /// What they show of themselves.
    public var data: WSEValue

    /// Makes one by hand, such as for a preview or a test.
    public init(kind: Kind, userID: String, data: WSEValue) {
        self.kind = kind
        self.userID = userID
        self.data = data
    }

    static let types: Set<InternedString> = ["presence_join", "presence_leave", "presence_update"]

    /// `nil` for an event that is none of the three, or names nobody.
    init?(_ event: WSEEvent) {
        switch event.type {
        case "presence_join": kind = .joined
        case "presence_update": kind = .updated
        case "presence_leave": kind = .left
        default: return nil
        }
        guard let userID = event.payload["user_id"]?.stringValue else { return nil }
        self.userID = userID
        data = event.payload["data"] ?? .null
    }
}
