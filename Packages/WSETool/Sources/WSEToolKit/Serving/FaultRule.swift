internal import WSETestServer

/// A rule of `wse serve --fault`: which events, a colon, what happens to them.
///
/// Which: `3`, `5-9`, `every=10`, `chance=0.01`, `type=TYPE`, `topic=TOPIC`, `all`. What: `pass`, `drop`,
/// `duplicate[=COPIES]`, `reorder[=EVENTS]`, `delay=SECONDS`, `corrupt[=bytes|truncate|garbage|reserved-bit]`,
/// `replace=TEXT`, `stall`, `cut[=finish|reset]`, `close[=CODE]`.
struct FaultRule {
    let trigger: FaultScript.Trigger
    let action: FaultScript.Action

    /// - Throws: ``ToolError`` with status `usage`.
    init(_ text: String) throws(ToolError) {
        let wrong = ToolError(
            .usage, "“\(text.shown)” is no fault: it wants WHICH:WHAT",
            advice: "such as 3:drop, every=10:duplicate, topic=prices:delay=0.5, 100:cut=reset")
        // Topics may have colons, and so may the text of `replace`: the first one with an action behind it counts.
        for index in text.indices where text[index] == ":" {
            guard let action = try Self.action(String(text[text.index(after: index)...])) else { continue }
            guard let trigger = Self.trigger(String(text[..<index])) else { throw wrong }
            (self.trigger, self.action) = (trigger, action)
            return
        }
        throw wrong
    }

    private static func split(_ text: String) -> (name: String, value: String?) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : nil)
    }

    private static func trigger(_ text: String) -> FaultScript.Trigger? {
        switch split(text) {
        case ("all", nil): return .all
        case ("every", let count?): return number(count, 1...Int.max).map { .every($0) }
        case ("chance", let chance?):
            return Double(chance).flatMap { (0...1).contains($0) ? .chance($0) : nil }
        case ("type", let type?): return type.isEmpty ? nil : .type(type)
        case ("topic", let topic?): return topic.isEmpty ? nil : .topic(topic)
        case (let range, nil):
            let ends = range.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = number(String(ends[0]), 1...Int.max) else { return nil }
            guard ends.count > 1 else { return .frame(first) }
            return number(String(ends[1]), first...Int.max).map { .frames(first...$0) }
        default: return nil
        }
    }

    /// - Returns: `nil` if the text does not begin with an action's name.
    /// - Throws: ``ToolError`` with status `usage` for an action with a value that it does not take.
    private static func action(_ text: String) throws(ToolError) -> FaultScript.Action? {
        let action: FaultScript.Action?
        let (name, value) = split(text)
        switch name {
        case "pass": action = value == nil ? .pass : nil
        case "drop": action = value == nil ? .drop : nil
        case "stall": action = value == nil ? .stall : nil
        case "duplicate": action = number(value ?? "1", 1...1_000).map { .duplicate(copies: $0) }
        case "reorder": action = number(value ?? "1", 1...1_000_000).map { .reorder(by: $0) }
        case "delay":
            let seconds = value.flatMap(Double.init).flatMap { (0...86_400).contains($0) ? $0 : nil }
            action = seconds.map { .delay(.seconds($0)) }
        case "corrupt": action = corruption(value ?? "bytes").map { .corrupt($0) }
        case "replace": action = value.map { .replace(with: $0) }
        case "cut":
            action =
                switch value ?? "finish" {
                case "finish": .cut(.finish)
                case "reset": .cut(.reset)
                default: nil
                }
        case "close":
            let code = number(value ?? "1011", 1_000...4_999).map { UInt16($0) }
            action = code.flatMap { mayClose(with: $0) ? .close(code: $0) : nil }
        default: return nil
        }
        guard let action else {
            throw ToolError(.usage, "“\(text.shown)” is not what can happen to an event; see wse help serve")
        }
        return action
    }

    /// Whether a close frame may carry this code (RFC 6455 section 7.4 and its registry).
    static func mayClose(with code: UInt16) -> Bool {
        switch code {
        case 1_000...1_003, 1_007...1_014, 3_000...4_999: true
        default: false
        }
    }

    private static func corruption(_ text: String) -> FaultScript.Corruption? {
        switch text {
        case "bytes": .bytes
        case "truncate": .truncate
        case "garbage": .garbage
        case "reserved-bit": .reservedBit
        default: nil
        }
    }

    private static func number(_ text: String, _ range: ClosedRange<Int>) -> Int? {
        Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
}
