/// A message to encode: what stands around a payload.
public struct Envelope: Sendable, Hashable {
    /// `t`
    public var type: String
    /// `p`
    public var payload: WSEValue
    /// `c`; ``MessageCategory/update`` unless set.
    public var category: MessageCategory
    /// `id`
    public var id: String?
    /// `seq`
    public var sequence: UInt64?
    /// `ts`, as milliseconds since 1970.
    public var unixMilliseconds: UInt64?
    /// `v`
    public var version: Int
    /// `pri`
    public var priority: MessagePriority?
    /// `cid`
    public var correlationID: String?
    /// `sig`
    public var signature: String?
    /// `tp`, `e`, `o`
    public var stamp: RecoveryStamp?

    /// A message of version 1 and category `U` with an empty object as payload; what is `nil` is left out on the wire.
    public init(
        type: String, payload: WSEValue = .object([:]), category: MessageCategory = .update,
        id: String? = nil,
        sequence: UInt64? = nil, unixMilliseconds: UInt64? = nil, version: Int = 1,
        priority: MessagePriority? = nil, correlationID: String? = nil, signature: String? = nil,
        stamp: RecoveryStamp? = nil
    ) {
        self.type = type
        self.payload = payload
        self.category = category
        self.id = id
        self.sequence = sequence
        self.unixMilliseconds = unixMilliseconds
        self.version = version
        self.priority = priority
        self.correlationID = correlationID
        self.signature = signature
        self.stamp = stamp
    }
}
