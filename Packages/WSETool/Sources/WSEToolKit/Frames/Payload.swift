internal import WSEWire

/// What a person gives as a payload.
enum Payload {
    /// - Parameter text: JSON, `-` for JSON on standard input, or `nil` for `{}`.
    /// - Throws: ``ToolError`` with status `dataError`.
    static func parse(_ text: String?, _ console: Console) throws(ToolError) -> WSEValue {
        guard let text else { return [:] }
        let bytes = text == "-" ? try console.readInput(for: "the payload") : Array(text.utf8)
        do {
            return try WSEValue(
                json: bytes.span.bytes, limits: WireLimits(maximumMessageSize: InputFile.limit))
        } catch {
            throw ToolError(
                .dataError, "the payload is not JSON: \(error)",
                advice: #"text wants its quotes: '"like this"'"#)
        }
    }

    /// - Parameter text: `critical`, `high`, `normal`, `low`, `background`, or a number.
    static func priority(_ text: String) throws(ToolError) -> MessagePriority {
        switch text {
        case "critical": return .critical
        case "high": return .high
        case "normal": return .normal
        case "low": return .low
        case "background": return .background
        default:
            guard let number = Int(text) else {
                throw ToolError(
                    .usage, "--priority wants critical, high, normal, low, background or a number")
            }
            return MessagePriority(rawValue: number)
        }
    }
}
