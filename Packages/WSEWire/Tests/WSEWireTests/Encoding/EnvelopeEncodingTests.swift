import Testing
import WSEWire

@Suite struct EnvelopeEncodingTests {
    private func text(_ envelope: Envelope) throws -> String {
        String(decoding: try envelope.json(), as: UTF8.self)
    }

    @Test func leastAndMost() throws {
        #expect(try text(Envelope(type: "x")) == #"{"c":"U","t":"x","v":1,"p":{}}"#)
        let full = Envelope(
            type: "t\"", payload: [1], category: .system, id: "i", sequence: 7,
            unixMilliseconds: 1_700_000_000_042, version: 2,
            priority: .critical, correlationID: "c", signature: "s",
            stamp: RecoveryStamp(topic: "tp", epoch: "e", offset: .max))
        #expect(
            try text(full)
                == #"{"c":"WSE","t":"t\"","id":"i","ts":"2023-11-14T22:13:20.042Z","seq":7,"v":2,"pri":10,"cid":"c","sig":"s","tp":"tp","e":"e","o":18446744073709551615,"p":[1]}"#
        )
        let pack = try full.messagePack()
        let packed = try WSEValue(messagePack: pack.span.bytes)
        #expect(try packed == WSEValue(json: text(full)))
    }

    @Test func payloadsMayBeTypesOrBytes() throws {
        struct Order: Encodable { var symbol = "BTC", quantity = 2.5 }
        let envelope = Envelope(type: "order", payload: "not this one")
        var bytes = Array("before".utf8)
        try envelope.encodeJSON(payload: Order(), into: &bytes)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"before{"c":"U","t":"order","v":1,"p":{"symbol":"BTC","quantity":2.5}}"#)
        bytes = []
        let encoded = Array("[1,2]".utf8)
        envelope.encodeJSON(encodedPayload: encoded.span.bytes, into: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"c":"U","t":"order","v":1,"p":[1,2]}"#)
        bytes = []
        try envelope.encodeMessagePack(payload: Order(), into: &bytes)
        #expect(try WSEValue(messagePack: bytes.span.bytes)["p"] == ["symbol": "BTC", "quantity": 2.5])
        bytes = [9]
        #expect(throws: WireError.self) {
            try envelope.encodeJSON(payload: Order(quantity: .nan), into: &bytes)
        }
        #expect(bytes == [9])
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (253_402_300_800_000, "10000-01-01T00:00:00.000Z"), (.max, "584556019-04-03T14:25:51.615Z"),
        ] as [(UInt64, String)])
    func timestamps(_ milliseconds: UInt64, _ text: String) {
        #expect(Timestamp.text(unixMilliseconds: milliseconds) == text)
    }

    @Test func messagesAboveTheThresholdAreCompressedIfThatHelps() throws {
        let coding = Coding(threshold: 100)
        let (small, smallKind) = try coding.encode(Envelope(type: "x"))
        #expect(small.first == UInt8(ascii: "{") && smallKind == .text)
        let large = Envelope(type: "x", payload: .string(String(repeating: "y", count: 5_000)))
        let (compressed, compressedKind) = try coding.encode(large)
        #expect(compressed.starts(with: "C:".utf8) && compressed.count < 200 && compressedKind == .binary)
        #expect(decode(compressed).events.first?.payload.value == large.payload)
        var generator = SeededGenerator(seed: 1)
        let noise = (0..<60).map { _ in UInt8.random(in: 33...126, using: &generator) }.filter {
            $0 != 34 && $0 != 92
        }
        let (plain, plainKind) = try Coding(threshold: 20).encode(
            Envelope(type: "x", payload: .string(String(decoding: noise, as: UTF8.self))))
        #expect(plain.first == UInt8(ascii: "{") && plainKind == .text)
        #expect(throws: WireError.self) { try coding.encode(Envelope(type: "x", payload: .double(.nan))) }
        #expect(try coding.encode(large).0 == compressed)
    }

    private final class Coding {
        private var encoder: MessageEncoder
        init(threshold: Int) { encoder = MessageEncoder(compressionThreshold: threshold) }
        func encode(_ envelope: Envelope) throws -> ([UInt8], FrameKind) {
            var bytes: [UInt8] = []
            let kind = try encoder.encode(envelope, into: &bytes)
            return (bytes, kind)
        }
    }
}
