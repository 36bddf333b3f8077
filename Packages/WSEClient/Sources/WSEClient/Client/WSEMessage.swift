public import WSEWire

/// One message of a batch; see ``WSEClient/sendBatch(_:)``.
public struct WSEMessage: Sendable, Hashable {
    /// What kind of message it is.
    public var type: String
    /// What it carries.
    public var payload: WSEValue
    /// How urgent it is; `nil` for normal.
    public var priority: MessagePriority?
    /// Links it to an answer or a request.
    public var correlationID: String?

    /// A message of the application's, with a payload that is a value already.
    public init(
        _ type: String, _ payload: WSEValue = [:], priority: MessagePriority? = nil,
        correlationID: String? = nil
    ) {
        self.type = type
        self.payload = payload
        self.priority = priority
        self.correlationID = correlationID
    }

    /// - Throws: ``WSEError`` with code `invalidArgument` if the payload cannot be encoded.
    public init(
        _ type: String, encoding payload: some Encodable, priority: MessagePriority? = nil,
        correlationID: String? = nil
    ) throws(WSEError) {
        do throws(WireError) {
            self.init(
                type, try WSEValue(encoding: payload), priority: priority, correlationID: correlationID)
        } catch {
            throw WSEError(.invalidArgument, "the payload cannot be encoded", underlying: error)
        }
    }
}
