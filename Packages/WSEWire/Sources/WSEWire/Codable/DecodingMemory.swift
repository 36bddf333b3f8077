/// What a ``PayloadDecoder`` needs while it decodes, kept for the next payload.
///
/// <!-- given: events: [WSEEvent] -->
/// ```swift
/// struct Trade: Decodable { var px: Double; var sym: String }
/// let decoder = PayloadDecoder()
/// var memory = DecodingMemory()
/// for event in events {
///     let trade = try decoder.decode(Trade.self, from: event.payload, reusing: &memory)
///     print(trade.sym, trade.px)
/// }
/// ```
///
/// It keeps no payload alive, and at most some 32 KiB. Copies share what is kept until one of them decodes, and then have
/// memory of their own. A type that keeps its decoder beyond its `init(from:)` keeps what is in here, too; the next
/// payload then gets memory of its own.
public struct DecodingMemory {
    private var session: DecodingSession?

    /// Nothing yet; the first payload decoded with it brings what is kept.
    public init() {}

    /// The session of the last payload, if it was of a decoder that is set to the same, or a new one.
    mutating func session(
        base: UnsafePointer<UInt8>, root: Int, isJSON: Bool, owner: AnyObject, options: PayloadDecodingOptions
    ) -> DecodingSession {
        // A copy of this value has the same one; what it may be in the middle of is not for us.
        if var kept = session.take(), kept.options === options, isKnownUniquelyReferenced(&kept) {
            kept.begin(base: base, root: root, isJSON: isJSON, owner: owner)
            return kept
        }
        return DecodingSession(base: base, root: root, isJSON: isJSON, owner: owner, options: options)
    }

    /// Keeps a session for the next payload, unless somebody else does.
    mutating func keep(_ used: inout DecodingSession) {
        guard isKnownUniquelyReferenced(&used) else { return }
        used.end()
        session = used
    }
}
