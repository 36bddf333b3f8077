/// The older dialect writes the category before the JSON: `WSE{…}`, `S{…}`, `U{…}`.
enum Dialect {
    /// Splits a category prefix off; without one the text comes back whole.
    static func splitPrefix(
        _ bytes: UnsafeRawBufferPointer
    ) -> (category: EventHeader.Category, text: UnsafeRawBufferPointer) {
        let (category, length): (EventHeader.Category, Int) =
            switch bytes.first {
            case UInt8(ascii: "U"): (.update, 1)
            case UInt8(ascii: "S"): (.snapshot, 1)
            case UInt8(ascii: "W"): (.system, 3)
            default: (.none, 0)
            }
        guard length > 0, bytes.count > length, bytes[length] == UInt8(ascii: "{"),
            length == 1 || (bytes[1] == UInt8(ascii: "S") && bytes[2] == UInt8(ascii: "E"))
        else { return (.none, bytes) }
        return (category, UnsafeRawBufferPointer(rebasing: bytes[length...]))
    }
}

/// `PING:<ms>` and `PONG:<ms>`, with or without `WSE:` before them, as old servers send in plain text.
enum LegacyHeartbeat {
    static func parse(_ bytes: UnsafeRawBufferPointer) -> WireItem? {
        // The longest is `WSE:PING:` and the 19 digits of an Int64, perhaps with a fraction.
        guard bytes.count <= 48, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var rest = text[...]
        if rest.hasPrefix("WSE:") { rest = rest.dropFirst(4) }
        let isPing = rest.hasPrefix("PING:")
        guard isPing || rest.hasPrefix("PONG:") else { return nil }
        let number = rest.dropFirst(5).prefix { $0 != "." }
        guard let milliseconds = Int64(number) else { return nil }
        return isPing ? .legacyPing(milliseconds: milliseconds) : .legacyPong(milliseconds: milliseconds)
    }
}
