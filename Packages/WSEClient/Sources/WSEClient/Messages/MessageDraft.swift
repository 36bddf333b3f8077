import WSEWire

/// A message as the user gives it.
struct MessageDraft: Sendable {
    /// What it carries, encoded where the caller runs rather than under the session's lock.
    enum Payload: Sendable {
        /// For the session to encode, in the format of the connection.
        case value(WSEValue)
        /// JSON, with its signature where messages are signed.
        case json([UInt8], signature: String?)
    }

    var type: String
    var payload: Payload
    var category = MessageCategory.update
    var priority: MessagePriority?
    /// `nil` for a new one.
    var id: String?
    var correlationID: String?
    /// Whether it is of use on the present connection only: it is never kept for a later one.
    var needsConnection = false

    init(
        type: String, payload: Payload, category: MessageCategory = .update,
        priority: MessagePriority? = nil, id: String? = nil, correlationID: String? = nil
    ) {
        self.type = type
        self.payload = payload
        self.category = category
        self.priority = priority
        self.id = id
        self.correlationID = correlationID
    }

    init(
        type: String, payload: WSEValue, category: MessageCategory = .update,
        priority: MessagePriority? = nil, id: String? = nil, correlationID: String? = nil
    ) {
        self.init(
            type: type, payload: .value(payload), category: category, priority: priority, id: id,
            correlationID: correlationID)
    }
}
