/// Bounds on what a decoder accepts, so that no peer can make it use unbounded memory or time.
public struct WireLimits: Sendable, Hashable {
    /// Largest message in bytes, as received and also after inflating. At most 2 GiB. Default 1 MiB.
    public var maximumMessageSize: Int
    /// Deepest nesting of arrays and objects, the envelope included. 1 to 1,024. Default 128.
    public var maximumDepth: Int
    /// Most messages in one batch, nested batches counted together. Default 10,000.
    public var maximumBatchCount: Int

    public init(
        maximumMessageSize: Int = 1 << 20,
        maximumDepth: Int = 128,
        maximumBatchCount: Int = 10_000
    ) {
        self.maximumMessageSize = min(max(maximumMessageSize, 0), Int(clamping: 1 << 31 as Int64))
        self.maximumDepth = min(max(maximumDepth, 1), WireLimits.deepest)
        self.maximumBatchCount = max(maximumBatchCount, 0)
    }

    /// Deepest nesting that can be configured, and the deepest that is written: nobody could read more.
    static let deepest = 1_024

    /// - Parameter depth: How many containers are open around one that is about to be written.
    static func checkDepth(_ depth: Int) throws(WireError) {
        guard depth < deepest else {
            throw WireError(.nestingTooDeep, "nested more than \(deepest) deep")
        }
    }
}
