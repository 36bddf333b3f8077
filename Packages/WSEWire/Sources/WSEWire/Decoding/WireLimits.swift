/// Bounds on what a decoder accepts, so that no peer can make it use unbounded memory or time.
public struct WireLimits: Sendable, Hashable {
    /// Largest message in bytes, as received and also after inflating. At most 2 GiB. Default 1 MiB.
    public var maximumMessageSize: Int {
        didSet { maximumMessageSize = WireLimits.size(maximumMessageSize) }
    }
    /// Deepest nesting of arrays and objects, the envelope included. 1 to 1,024. Default 128.
    public var maximumDepth: Int {
        didSet { maximumDepth = WireLimits.depth(maximumDepth) }
    }
    /// Most messages in one batch, nested batches counted together. Default 10,000.
    public var maximumBatchCount: Int {
        didSet { maximumBatchCount = max(maximumBatchCount, 0) }
    }

    /// Values out of range count as the nearest that is in it.
    public init(
        maximumMessageSize: Int = 1 << 20,
        maximumDepth: Int = 128,
        maximumBatchCount: Int = 10_000
    ) {
        self.maximumMessageSize = WireLimits.size(maximumMessageSize)
        self.maximumDepth = WireLimits.depth(maximumDepth)
        self.maximumBatchCount = max(maximumBatchCount, 0)
    }

    private static func size(_ wanted: Int) -> Int { min(max(wanted, 0), Int(clamping: 1 << 31 as Int64)) }
    private static func depth(_ wanted: Int) -> Int { min(max(wanted, 1), deepest) }

    /// Deepest nesting that can be configured, and the deepest that is written: nobody could read more.
    static let deepest = 1_024

    /// - Parameter depth: How many containers are open around one that is about to be written.
    static func checkDepth(_ depth: Int) throws(WireError) {
        guard depth < deepest else {
            throw WireError(.nestingTooDeep, "nested more than \(deepest) deep")
        }
    }
}
