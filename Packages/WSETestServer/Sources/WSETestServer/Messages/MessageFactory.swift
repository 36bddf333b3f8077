internal import NIOCore
internal import WSEWire

/// Makes the server's messages as its dialect writes them: ids, times, sequence numbers, bytes.
struct MessageFactory: Sendable {
    let dialect: WSETestServer.Dialect
    let clock: @Sendable () -> UInt64
    var random: SeededGenerator
    private var ids = UUIDv7Generator()
    private var sequence: UInt64 = 0

    init(configuration: WSETestServer.Configuration) {
        dialect = configuration.dialect
        clock = configuration.unixMilliseconds
        random = SeededGenerator(seed: configuration.seed)
    }

    /// A UUID of version 7.
    mutating func nextID() -> String {
        ids.next(unixMilliseconds: clock(), using: &random)
    }

    /// An id, a time and a sequence number where a direct send has none.
    mutating func complete(_ envelope: inout Envelope) {
        sequence += 1
        if envelope.sequence == nil { envelope.sequence = sequence }
        completePublication(&envelope)
    }

    /// An id and a time where a publication has none. No sequence number: the published servers give them to direct
    /// sends only, and a client that orders by them would wait for those of topics that it does not hear.
    mutating func completePublication(_ envelope: inout Envelope) {
        if envelope.unixMilliseconds == nil { envelope.unixMilliseconds = clock() }
        if envelope.id == nil {
            envelope.id = ids.next(unixMilliseconds: envelope.unixMilliseconds ?? 0, using: &random)
        }
    }

    /// The envelope as the dialect writes direct sends: members in the order of their keys, as the published
    /// servers have them, so that `t` stands after `p`.
    func direct(_ envelope: Envelope) throws(WSETestServerError) -> [UInt8] {
        try text(EnvelopeMembers.of(envelope), category: envelope.category)
    }

    /// Members of an envelope that need not have all that ``Envelope`` has.
    func text(
        _ members: [String: WSEValue], category: MessageCategory
    ) throws(WSETestServerError) -> [UInt8] {
        var members = members
        switch dialect.value {
        case .current:
            members["c"] = .string(category.rawValue)
            return try Self.json { () throws(WireError) in
                Array(try WSEValue.object(members).jsonText().utf8)
            }
        case .prefixed:
            members["c"] = nil
            return try Self.json { () throws(WireError) in
                Array((category.rawValue + (try WSEValue.object(members).jsonText())).utf8)
            }
        }
    }

    /// Members of an envelope as MessagePack, which in the older dialect has no category.
    func messagePack(_ members: [String: WSEValue]) throws(WSETestServerError) -> [UInt8] {
        var members = members
        if dialect == .prefixed { members["c"] = nil }
        do throws(WireError) {
            return try WSEValue.object(members).messagePack()
        } catch {
            throw WSETestServerError(
                .unrepresentable, "the payload does not fit into MessagePack", cause: error)
        }
    }

    /// The envelope as the dialect writes publications, without a stamp and never with a prefix.
    func publication(_ envelope: Envelope) throws(WSETestServerError) -> [UInt8] {
        switch dialect.value {
        case .current:
            return try Self.json { () throws(WireError) in try envelope.json() }
        case .prefixed:
            var members = EnvelopeMembers.of(envelope)
            members["c"] = nil
            return try Self.json { () throws(WireError) in
                Array(try WSEValue.object(members).jsonText().utf8)
            }
        }
    }

    private static func json(
        _ body: () throws(WireError) -> [UInt8]
    ) throws(WSETestServerError) -> [UInt8] {
        do throws(WireError) {
            return try body()
        } catch {
            throw WSETestServerError(.unrepresentable, "the payload does not fit into JSON", cause: error)
        }
    }
}
