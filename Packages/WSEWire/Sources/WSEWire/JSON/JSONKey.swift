/// A key of an object in validated text.
struct JSONKey {
    let base: UnsafePointer<UInt8>
    let openingQuote: Int
    /// Between the quotes, escapes unresolved.
    let bytes: UnsafeRawBufferPointer
    let hasEscapes: Bool

    @inline(__always)
    init(base: UnsafePointer<UInt8>, openingQuote: Int) {
        self.base = base
        self.openingQuote = openingQuote
        (bytes, hasEscapes) = JSONString.span(base: base, openingQuote: openingQuote)
    }

    var string: String { JSONString.string(base: base, openingQuote: openingQuote) }

    /// Whether this is the key with those UTF-8 bytes.
    @inline(__always)
    func matches(_ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
        if hasEscapes { return Array(string.utf8).elementsEqual(utf8) }
        return bytes.count == utf8.count && bytes.elementsEqual(utf8)
    }
}
