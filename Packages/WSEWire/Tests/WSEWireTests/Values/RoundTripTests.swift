import Testing
import WSEWire

/// decode(encode(x)) == x, for random values, in both encodings and through every way there is.
@Suite struct RoundTripTests {
    @Test(arguments: 0..<40) func json(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let value = generator.value(json: true)
            let text = try value.jsonText()
            #expect(try WSEValue(json: text) == value)
            let encoded = try PayloadEncoder().json(value)
            #expect(encoded.elementsEqual(text.utf8))
            #expect(try PayloadDecoder().decode(WSEValue.self, fromJSON: encoded.span.bytes) == value)
        }
    }

    @Test(arguments: 0..<40) func messagePack(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let value = generator.value(json: false)
            let bytes = try value.messagePack()
            #expect(try WSEValue(messagePack: bytes.span.bytes) == value)
            #expect(try PayloadEncoder().messagePack(value) == bytes)
            #expect(try PayloadDecoder().decode(WSEValue.self, fromMessagePack: bytes.span.bytes) == value)
            #expect(try WSEValue(encoding: value) == value)
            #expect(try value.decode(WSEValue.self) == value)
        }
    }

    @Test(arguments: 0..<40) func envelopes(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<30 {
            let json = Bool.random(using: &generator)
            let envelope = generator.envelope(json: json)
            let message: [UInt8]
            if json {
                message = try envelope.json()
            } else {
                message =
                    (Bool.random(using: &generator) ? Array("M:".utf8) : []) + (try envelope.messagePack())
            }
            let event = try #require(decode(message).events.first)
            #expect(Envelope(event) == envelope)
            #expect(event.byteCount <= message.count)
        }
    }

    @Test(arguments: 0..<10) func messages(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let messages = MessageCoding()
        for _ in 0..<30 {
            let json = Bool.random(using: &generator)
            let envelope = generator.envelope(json: json)
            let threshold = [nil, 0, 1_024].randomElement(using: &generator) ?? nil
            let format: MessageEncoder.Format =
                json ? .json : .messagePack(prefixed: Bool.random(using: &generator))
            let (bytes, kind) = try messages.encode(envelope, format: format, threshold: threshold)
            let event = try #require(decode(bytes, as: kind).events.first)
            #expect(Envelope(event) == envelope)
        }
    }
}

/// One encoder for several messages.
private final class MessageCoding {
    private var encoder = MessageEncoder()

    func encode(
        _ envelope: Envelope, format: MessageEncoder.Format, threshold: Int?
    ) throws -> ([UInt8], FrameKind) {
        encoder.format = format
        encoder.compressionThreshold = threshold
        var bytes = Array("before".utf8)
        let kind = try encoder.encode(envelope, into: &bytes)
        #expect(bytes.starts(with: "before".utf8))
        return (Array(bytes.dropFirst(6)), kind)
    }
}

extension SeededGenerator {
    mutating func envelope(json: Bool) -> Envelope {
        var generator = self
        func maybe<Value>(_ make: (inout SeededGenerator) -> Value) -> Value? {
            Bool.random(using: &generator) ? make(&generator) : nil
        }
        let type = "t" + generator.string()
        let payload = generator.value(json: json)
        let category =
            [MessageCategory.update, .snapshot, .system, MessageCategory(rawValue: generator.string())]
            .randomElement(using: &generator) ?? .update
        let envelope = Envelope(
            type: type, payload: payload, category: category, id: maybe { $0.string() },
            sequence: maybe { $0.next() >> 1 }, unixMilliseconds: maybe { $0.next() >> 20 },
            version: Int(maybe { $0.integer() } ?? 1),
            priority: maybe { MessagePriority(rawValue: Int($0.integer())) },
            correlationID: maybe { $0.string() }, signature: maybe { $0.string() },
            stamp: maybe {
                RecoveryStamp(
                    topic: InternedString($0.string()), epoch: InternedString($0.string()), offset: $0.next())
            })
        self = generator
        return envelope
    }
}

extension Envelope {
    /// What was received, as it would be sent.
    init(_ event: WSEEvent) {
        self.init(
            type: event.type, payload: event.payload.value, category: event.category ?? .update, id: event.id,
            sequence: event.sequence.map { UInt64($0) },
            unixMilliseconds: event.timestamp.flatMap { text in Envelope.milliseconds(text) },
            version: event.version,
            priority: event.priority, correlationID: event.correlationID, signature: event.signature,
            stamp: event.stamp)
    }

    /// Finds the milliseconds of a timestamp by halving.
    private static func milliseconds(_ text: String) -> UInt64? {
        func key(_ text: String) -> (Int, String) { (text.utf8.count, text) }
        var low: UInt64 = 0
        var high: UInt64 = 1 << 44
        while low < high {
            let middle = low + (high - low) / 2
            if key(Timestamp.text(unixMilliseconds: middle)) < key(text) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return Timestamp.text(unixMilliseconds: low) == text ? low : nil
    }
}
