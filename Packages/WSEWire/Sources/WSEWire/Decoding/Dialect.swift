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
