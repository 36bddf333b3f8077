/// Compresses messages that are encoded already, one after another.
///
/// Keeps zlib's state, about 256 KiB, from the first message on. Not thread-safe: one owner at a time.
///
/// ```swift
/// var compressor = MessageCompressor()
/// let message = try Envelope(type: "note", payload: .string(String(repeating: "a", count: 2_000))).json()
/// if let smaller = try compressor.compress(message) {
///     // To be sent in a binary message.
///     print(smaller.count, "bytes instead of", message.count)
/// }
/// ```
public struct MessageCompressor: ~Copyable, Sendable {
    private var deflater = Deflater()

    /// A compressor without state; zlib's memory comes with the first message.
    public init() {}

    /// `C:` and the message as a zlib stream of level 6, for a binary WebSocket message; `nil` if that is no smaller.
    ///
    /// - Throws: ``WireError`` with code `invalidCompression` if zlib gets no memory, and `messageTooLarge` for 4 GiB or
    ///   more.
    public mutating func compress(_ message: [UInt8]) throws(WireError) -> [UInt8]? {
        var compressed: [UInt8] = []
        compressed.append(contentsOf: "C:".utf8)
        try message.withUnsafeBufferPointer { (source) throws(WireError) in
            try deflater.deflate(UnsafeRawBufferPointer(source), into: &compressed)
        }
        return compressed.count < message.count ? compressed : nil
    }
}
