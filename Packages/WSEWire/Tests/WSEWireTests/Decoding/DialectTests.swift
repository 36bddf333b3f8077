import Testing
import WSEWire

@Suite struct DialectTests {
    @Test(arguments: [
        ("WSE", MessageCategory.system), ("S", .snapshot), ("U", .update),
    ])
    func prefixNamesTheCategory(_ prefix: String, _ category: MessageCategory) throws {
        for kind in [FrameKind.text, .binary] {
            let items = decode(Array((prefix + #"{"t":"x","p":{"a":1}}"#).utf8), as: kind)
            let event = try #require(items.events.first)
            #expect(event.category == category)
            #expect(event.type == "x")
            #expect(event.payload["a"] == 1)
        }
    }

    @Test func aCategoryInTheEnvelopeWinsOverThePrefix() throws {
        #expect(decode(#"U{"t":"x","c":"S"}"#).events.first?.category == .snapshot)
    }

    @Test(arguments: [
        "U", "S", "WSE", "WS{}", "X{}", "U {}", "UU{}", "u{}", "W{\"t\":\"x\"}", "WSES{}", "", "C", "E", "M",
    ])
    func otherPrefixesAreRefused(_ text: String) throws {
        let error = try #require(decode(text).errors.first)
        #expect(error.code == .invalidEnvelope || error.code == .invalidJSON)
    }

    @Test func errorsCountFromBehindThePrefix() throws {
        #expect(decode(#"WSE{"t":}"#).errors.first?.byteOffset == 5)
    }

    @Test(
        arguments: [
            ("PING:12", true, 12), ("WSE:PING:1700000000000", true, 1_700_000_000_000), ("PONG:0", false, 0),
            ("WSE:PONG:9223372036854775807", false, .max), ("PING:12.75", true, 12),
        ] as [(String, Bool, Int64)])
    func heartbeatLinesOfOldServers(_ text: String, _ isPing: Bool, _ milliseconds: Int64) throws {
        switch decode(text).first {
        case .legacyPing(let value): #expect(isPing && value == milliseconds)
        case .legacyPong(let value): #expect(!isPing && value == milliseconds)
        default: Issue.record("not read as a heartbeat")
        }
    }

    @Test(arguments: [
        "PING:", "PING", "PING:x", "PING:-1", "PING:+1", "PING:9223372036854775808", "WSE:PING",
        "WSE:WSE:PING:1", "PANG:1",
        "PING:1.", "PING:1.x", "PING:1 ", "ping:1",
    ])
    func whatOnlyLooksLikeAHeartbeatIsRefused(_ text: String) {
        #expect(decode(text).errors.count == 1)
    }
}
