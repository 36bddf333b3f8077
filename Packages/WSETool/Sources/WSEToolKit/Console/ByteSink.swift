/// Where a command writes.
public protocol ByteSink: Sendable {
    /// Writes all of it, or throws.
    func write(_ bytes: [UInt8]) throws(ToolError)
}
