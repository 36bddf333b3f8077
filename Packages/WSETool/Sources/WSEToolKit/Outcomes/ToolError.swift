/// Why a command could not do its work. The message is for people and holds no secrets.
public struct ToolError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The exit code that says so to programs.
    public let status: ToolStatus
    /// What happened.
    public let message: String
    /// What may help.
    public let advice: String?

    public init(_ status: ToolStatus, _ message: String, advice: String? = nil) {
        self.status = status
        self.message = message
        self.advice = advice
    }

    public var description: String { advice.map { "\(message)\n  \($0)" } ?? message }

    /// Whether a signal is the reason, and nobody needs to be told.
    public var isInterruption: Bool { status.code > 128 }

    /// Whoever read the output has gone. Not a failure: `wse listen | head` ends this way.
    static let outputClosed = ToolError(.success, "the reader of the output has gone")
}
