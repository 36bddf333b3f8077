/// `PING:<ms>` and `PONG:<ms>`, with or without `WSE:` before them, as old servers send in plain text.
enum LegacyHeartbeat {
    static func parse(_ bytes: UnsafeRawBufferPointer) -> WireItem? {
        // The longest is `WSE:PING:` and the 19 digits of an Int64, perhaps with a fraction.
        guard bytes.count <= 48, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var rest = text[...]
        if rest.hasPrefix("WSE:") { rest = rest.dropFirst(4) }
        let isPing = rest.hasPrefix("PING:")
        guard isPing || rest.hasPrefix("PONG:") else { return nil }
        let parts = rest.dropFirst(5).split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, whole.utf8.allSatisfy(isDigit),
            let milliseconds = Int64(whole)
        else { return nil }
        if parts.count == 2 {
            guard !parts[1].isEmpty, parts[1].utf8.allSatisfy(isDigit) else { return nil }
        }
        return isPing ? .legacyPing(milliseconds: milliseconds) : .legacyPong(milliseconds: milliseconds)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }
}
