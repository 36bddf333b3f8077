import Testing
import WSEWire

@Suite struct MessagePackEnvelopeTests {
    static let full: WSEValue = [
        "c": "U", "e": "0000007b", "id": "019aaf3c", "o": 1_234_567,
        "p": ["px": 1.5, "sym": "BTC", "n": [1, ["k": nil]]],
        "seq": 987_654, "t": "trade", "tp": "market", "ts": "2026-11-23T02:39:00.123Z", "v": 1, "pri": 8,
        "cid": "c-1",
        "sig": "s", "wse_processing_ms": 3, "an_unknown_key_of_some_length": [1, 2], "x": 1,
    ]

    private func event(_ value: WSEValue, prefix: String = "M:") throws -> WSEEvent {
        try #require(decode(Array(prefix.utf8) + (try value.messagePack())).events.first)
    }

    @Test(arguments: ["M:", ""]) func everyFieldIsRead(_ prefix: String) throws {
        let event = try event(MessagePackEnvelopeTests.full, prefix: prefix)
        #expect(event.type == "trade")
        #expect(event.category == .update)
        #expect(event.id == "019aaf3c")
        #expect(event.sequence == 987_654)
        #expect(event.timestamp == "2026-11-23T02:39:00.123Z")
        #expect(event.version == 1)
        #expect(event.priority == .high)
        #expect(event.correlationID == "c-1")
        #expect(event.signature == "s")
        #expect(event.stamp == RecoveryStamp(topic: "market", epoch: "0000007b", offset: 1_234_567))
        #expect(event.processingMilliseconds == 3)
        #expect(event.payload.value == ["px": 1.5, "sym": "BTC", "n": [1, ["k": nil]]])
        #expect(event.payload["px"] == 1.5)
        #expect(event.payload["n", 1, "k"] == .null)
        #expect(event.payload.n[0] == 1)
        #expect(event.payload["q"] == nil)
        #expect(event.payload.digits("px") == "1.5")
        #expect(event.payload.digits("sym") == nil)
        event.payload.withBytes { bytes in
            #expect((try? WSEValue(messagePack: bytes)) == event.payload.value)
        }
    }

    @Test func absentAndUnusualFields() throws {
        let least = try event(["t": "x"])
        #expect(least.id == nil && least.category == nil && least.stamp == nil && least.version == 1)
        #expect(least.payload.isNull && least.payload.value == .null && least.payload["a"] == nil)
        let null = try event(["t": "x", "p": nil, "id": nil, "o": nil, "v": nil, "c": nil, "pri": nil])
        #expect(null.payload.isNull && null.id == nil && null.offset == nil && null.version == 1)
        let odd = try event([
            "t": "", "c": "Z", "v": 255, "pri": -1, "seq": -5, "o": .uint(.max), "wse_processing_ms": 0.5,
        ])
        #expect(odd.category == MessageCategory(rawValue: "Z"))
        #expect(odd.version == 255)
        #expect(odd.priority?.rawValue == -1)
        #expect(odd.sequence == -5)
        #expect(odd.offset == .max)
        #expect(odd.processingMilliseconds == 0.5)
        let long = try event(["type": "a", "payload": 7, "topic": "b", "epoch": "c", "offset": 9])
        #expect(long.type == "a" && long.payload.value == 7)
        #expect(long.stamp == RecoveryStamp(topic: "b", epoch: "c", offset: 9))
        let both = try event(["type": "long", "t": "short", "p": 1, "payload": 2])
        #expect(both.type == "short" && both.payload.value == 1)
    }

    @Test func whatIsNoEnvelopeIsRefused() throws {
        for value: WSEValue in [
            ["p": 1], [:], ["t": 1], ["t": nil], ["t": "x", "o": -1], ["t": "x", "o": 1.5],
            ["t": "x", "id": 1], ["t": "x", "seq": "1"],
            ["t": "x", "tp": .binary([0x61])], ["t": "x", "wse_processing_ms": "1"],
        ] {
            #expect(
                decode(Array("M:".utf8) + (try value.messagePack())).errors.map(\.code) == [.invalidEnvelope])
        }
        #expect(decode(Array("M:".utf8)).errors.map(\.code) == [.invalidEnvelope])
        #expect(decode(Array("M:".utf8) + [0x01]).errors.map(\.code) == [.invalidEnvelope])
        #expect(decode([0x80]).errors.map(\.code) == [.invalidEnvelope])
        let full = try MessagePackEnvelopeTests.full.messagePack()
        #expect(decode(full + [0]).errors.map(\.code) == [.invalidMessagePack])
        #expect(decode([0x82] + full.dropFirst(3)).events.isEmpty)
    }

    @Test func nestingCountsTheEnvelope() throws {
        let limits = WireLimits(maximumDepth: 3)
        let fits: WSEValue = ["t": "x", "p": [[]]]
        let tooDeep: WSEValue = ["t": "x", "p": [[[]]]]
        #expect(decode(try fits.messagePack(), limits: limits).events.count == 1)
        #expect(decode(try tooDeep.messagePack(), limits: limits).errors.map(\.code) == [.nestingTooDeep])
    }

    @Test func wrappersAreUnpacked() throws {
        let batch: WSEValue = [
            "t": "batch",
            "p": [
                "messages": [
                    ["t": "a", "tp": "x", "e": "e", "o": 0], 7, ["p": 1], ["t": "b", "id": "2", "p": [3]],
                ]
            ],
        ]
        let items = decode(try batch.messagePack())
        #expect(items.count == 4)
        #expect(items.events.map(\.type) == ["a", "b"])
        #expect(items.events.first?.stamp == RecoveryStamp(topic: "x", epoch: "e", offset: 0))
        #expect(items.events.last?.payload[0] == 3)
        #expect(items.errors.map(\.code) == [.invalidEnvelope, .invalidEnvelope])
        let priority: WSEValue = [
            "t": "priority_message", "tp": "o", "e": "e", "o": 4, "p": ["message": ["t": "a"]],
        ]
        #expect(decode(try priority.messagePack()).events.first?.stamp?.offset == 4)
    }

    @Test func messagePackInsideCompressedFrames() throws {
        let message = Array("M:".utf8) + (try MessagePackEnvelopeTests.full.messagePack())
        #expect(decode(Array("C:".utf8) + deflated(message)).events.map(\.type) == ["trade"])
    }
}
