/// What most events carry.
public struct Trade: Codable, Sendable {
    public var px: Double
    public var qty: Double
    public var side: String
    public var sym: String
    /// Counts the events of a connection, from ``firstTimestamp``.
    public var ts: Int64

    public init(px: Double, qty: Double, side: String, sym: String, ts: Int64) {
        (self.px, self.qty, self.side, self.sym, self.ts) = (px, qty, side, sym, ts)
    }

    public static let firstTimestamp: Int64 = 1_763_800_000_000
}

/// An event as a struct, for decoders that know no envelope.
public struct PlainEvent: Codable, Sendable {
    public var c: String
    public var e: String?
    public var id: String
    public var o: UInt64?
    public var p: Trade
    public var t: String
    public var tp: String?
    public var ts: String?
    public var v: Int
}
