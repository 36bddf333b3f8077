import Testing
import WSETestServer
import WSEWire

@Suite struct FormTests {
    private static let forms: [(WSETestServer.MessageForm, String)] = [
        (.text, "{"), (.binary, "{"), (.compressed, "C:x"), (.bareZlib, "x"), (.messagePack, "M:"),
        (.bareMessagePack, ""),
    ]

    private func receive(
        query: String = "", configuration: WSETestServer.Configuration = .init(),
        _ send: (WSETestServer.Connection) throws -> Void
    ) async throws -> (bytes: [UInt8], isText: Bool) {
        try await withWSETestServer(configuration: configuration) { server in
            var client = try await WireClient.connect(to: server, query: query)
            _ = try await client.nextEvent()
            try send(try await server.nextConnection())
            switch await client.next() {
            case .text(let text): return (Array(text.utf8), true)
            case .binary(let bytes): return (bytes, false)
            case let other:
                Issue.record("\(other) is no message")
                return ([], false)
            }
        }
    }

    private func items(_ frame: (bytes: [UInt8], isText: Bool)) -> [WireItem] {
        WireClient.decode(frame.bytes, as: frame.isText ? .text : .binary)
    }

    private func events(_ frame: (bytes: [UInt8], isText: Bool)) -> [WSEEvent] {
        items(frame).compactMap { if case .event(let event) = $0 { event } else { nil } }
    }

    @Test(arguments: 0..<6, [WSETestServer.Dialect.current, .prefixed])
    func everyFormCarriesTheMessage(index: Int, dialect: WSETestServer.Dialect) async throws {
        let (form, prefix) = Self.forms[index]
        var configuration = WSETestServer.Configuration()
        configuration.dialect = dialect
        let payload: WSEValue = [
            "text": .string(String(repeating: "ab¢", count: 500)), "n": -1, "list": [1, nil],
        ]
        let frame = try await receive(configuration: configuration) {
            try $0.send("hi", payload, priority: .high, correlationID: "c", as: form)
        }
        let isPlain = form == .text || form == .binary
        let expected = isPlain && dialect == .prefixed ? "U{" : prefix
        #expect(String(decoding: frame.bytes.prefix(expected.utf8.count), as: UTF8.self) == expected)
        #expect(frame.isText == (form == .text))
        let event = try #require(events(frame).first)
        #expect(event.type == "hi")
        #expect(event.payload.value == payload)
        #expect(event.priority == .high)
        #expect(event.correlationID == "c")
    }

    @Test func directSendsAreCompressedAboveTheThreshold() async throws {
        let small = try await receive {
            try $0.send("hi", ["t": .string(String(repeating: "x", count: 500))])
        }
        #expect(small.bytes.first == UInt8(ascii: "{"))
        #expect(!small.isText)
        let large = try await receive {
            try $0.send("hi", ["t": .string(String(repeating: "x", count: 5_000))])
        }
        #expect(large.bytes.starts(with: [UInt8](("C:x").utf8)))
        #expect(large.bytes.count < 300)
        #expect(events(large).first?.payload["t"]?.stringValue?.count == 5_000)
    }

    @Test func clientsThatWantMessagePackGetIt() async throws {
        let frame = try await receive(query: "?format=msgpack") { try $0.send("hi", ["a": 1]) }
        #expect(frame.bytes.starts(with: "M:".utf8))
        #expect(events(frame).first?.payload["a"] == 1)
    }

    @Test(arguments: 0..<6)
    func aBatchIsOneFrame(index: Int) async throws {
        let frame = try await receive {
            try $0.sendBatch(
                [Envelope(type: "a", payload: 1), Envelope(type: "b", payload: 2)], as: Self.forms[index].0)
        }
        #expect(events(frame).map(\.type) == ["a", "b"])
        #expect(events(frame).map(\.payload.value) == [1, 2])
    }

    @Test func aPriorityMessageIsWrapped() async throws {
        let frame = try await receive {
            try $0.sendPriorityMessage(Envelope(type: "a", payload: 1, priority: .critical))
        }
        #expect(String(decoding: frame.bytes, as: UTF8.self).contains(#""t":"priority_message""#))
        #expect(events(frame).first?.type == "a")
        #expect(events(frame).first?.priority == .critical)
    }

    /// The server's own compressor against the wire package's inflater, over what is hard on a compressor.
    @Test(arguments: [
        "", "a", "ab", "abc", String(repeating: "a", count: 259), String(repeating: "abcd", count: 20_000),
        (0..<20_000).map { String($0, radix: 36) }.joined(),
    ])
    func compressionIsUndone(text: String) async throws {
        var configuration = WSETestServer.Configuration()
        configuration.limits.outboundBytes = 1 << 24
        let frame = try await receive(configuration: configuration) {
            try $0.send("x", .string(text), as: .compressed)
        }
        #expect(events(frame).first?.payload.value == .string(text))
    }

    @Test func whatDoesNotFitIntoJSONIsRefused() async throws {
        try await withWSETestServer { server in
            _ = try await WireClient.connect(to: server)
            let connection = try await server.nextConnection()
            let error = #expect(throws: WSETestServerError.self) { try connection.send("x", .double(.nan)) }
            #expect(error?.code == .unrepresentable)
            #expect(throws: WSETestServerError.self) { try server.publish("x", .double(.infinity), to: "t") }
            #expect(server.position(of: "t") == nil)
        }
    }
}
