import Testing
import WSECrypto
import WSEWire

@testable import WSEClient

/// A server's half of an encrypted connection, without a network.
private struct EncryptedPeer {
    let exchange: SessionKeyExchange
    let version: String
    var cipher: (any MessageCipher)?

    init(version: String = "2.5.1") throws {
        exchange = try SessionKeyExchange()
        self.version = version
    }

    /// Takes the client's key out of its hello.
    mutating func agree(_ hello: WSEValue) throws {
        cipher = try exchange.finish(
            peerPublicKey: try #require(hello["p", "encryption_public_key"]?.stringValue),
            serverVersion: version)
    }

    func hello(key: String? = nil, confirms: Bool = true, limit: Int = 1_048_576) -> String {
        let key = key ?? exchange.publicKey
        return
            #"{"c":"WSE","t":"server_hello","p":{"server_version":"\#(version)","features":{"recovery":true,"encryption":\#(confirms)},"limits":{"max_message_size":\#(limit)},"connection_id":"s1","encryption_public_key":"\#(key)"},"v":1}"#
    }

    func seal(_ text: String) throws -> [UInt8] {
        try #require(cipher).seal(Array(text.utf8))
    }

    func open(_ frame: [UInt8]) throws -> WSEValue {
        let opened = try #require(cipher).open(Array(frame.dropFirst(2)))
        return try WSEValue(json: String(decoding: opened, as: UTF8.self))
    }
}

@Suite struct EncryptionTests {
    private func session(_ plaintext: WSEEncryption.PlaintextPolicy = .reject) throws -> SessionHarness {
        try SessionHarness {
            $0.encryption = WSEEncryption(plaintext: plaintext)
            $0.offlineQueue = .init()
        }
    }

    /// Up to the client's hello.
    private func greet(_ session: inout SessionHarness, _ peer: inout EncryptedPeer) throws {
        session.give { $0.connect(now: $1) }
        let opened = session.give { $0.opened($0.lastAttempt, now: $1) }
        try peer.agree(try #require(opened.sent("client_hello").first))
    }

    private let secret = MessageDraft(type: "note", payload: ["text": "attack at dawn"])

    @Test func `with keys, messages and subscriptions are sealed, handshake and heartbeat are not`() throws {
        var session = try session()
        var peer = try EncryptedPeer()
        try greet(&session, &peer)
        session.receive(peer.hello())
        #expect(session.isReady == true)
        let sent = session.give { _ = $0.send(secret, caller: nil, now: $1) }
        let subscribed = session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        #expect(try peer.open(try #require(sent.frames.first))["p", "text"] == "attack at dawn")
        #expect(try peer.open(try #require(subscribed.frames.first))["p", "topics"] == ["a"])
        session.advance(by: .seconds(16))
        #expect(session.actions.sent("ping").count == 1)
        #expect(!session.actions.frames.contains { $0.contains("attack") || $0.contains("topics") })
    }

    @Test func `what comes sealed is opened, also what came before the keys`() throws {
        var session = try session()
        var peer = try EncryptedPeer()
        try greet(&session, &peer)
        let early = try peer.seal(SessionHarness.publication("a", 0))
        session.receive(early, as: .binary, from: session.attempt)
        #expect(session.actions.delivered.isEmpty)
        session.receive(peer.hello())
        session.receive(try peer.seal(SessionHarness.publication("a", 1)), as: .binary, from: session.attempt)
        #expect(session.actions.offsets("a") == [0, 1])
    }

    @Test(arguments: ["", "AAAA", "not base64"])
    func `an invalid key of the server's is an encryption error`(key: String) throws {
        var session = try session()
        var peer = try EncryptedPeer()
        try greet(&session, &peer)
        let actions = session.receive(peer.hello(key: key))
        #expect(actions.connectOutcomes.map(\.?.code) == [.encryption])
        #expect(session.isReady == false)
    }

    @Test func `a server that does not confirm is an encryption error, and nothing leaves in the clear`()
        throws
    {
        var session = try session()
        session.give { _ = $0.send(secret, caller: nil, now: $1) }
        session.becomeReady()
        #expect(session.actions.connectOutcomes.map(\.?.code) == [.encryption])
        #expect(session.actions.sent("note").isEmpty)
        #expect(session.machine.outbox.offlineCount == 1)
    }

    @Test func `after a reconnect there are new keys, and what was kept leaves sealed with them`() throws {
        var session = try session()
        var peer = try EncryptedPeer()
        try greet(&session, &peer)
        session.receive(peer.hello())
        session.close(code: nil)
        session.give { _ = $0.send(secret, caller: nil, now: $1) }
        session.advance(by: .seconds(2))
        var second = try EncryptedPeer()
        let opened = session.give { $0.opened($0.lastAttempt, now: $1) }
        try second.agree(try #require(opened.sent("client_hello").first))
        session.receive(
            try second.seal(SessionHarness.publication("a", 7)), as: .binary, from: session.attempt)
        let ready = session.receive(second.hello())
        #expect(ready.offsets("a") == [7])
        let frames = ready.frames.filter { $0.starts(with: "E:".utf8) }
        #expect(try frames.map { try second.open($0)["p", "text"] } == ["attack at dawn"])
        #expect(!session.actions.frames.contains { $0.contains("attack") })
        // The old key opens nothing any more.
        let stale = session.receive(
            try peer.seal(SessionHarness.publication("a", 0)), as: .binary, from: session.attempt)
        #expect(stale.delivered.isEmpty)
        #expect(session.machine.counters.unreadable == 1)
    }

    @Test func `a message that meets the closing of its connection is sealed anew for the next`() throws {
        var session = try session()
        var peer = try EncryptedPeer()
        try greet(&session, &peer)
        session.receive(peer.hello())
        let sent = session.give { _ = $0.send(secret, caller: nil, now: $1) }
        let message = try #require(sent.transmitted.first)
        session.give { $0.handedOver(message, error: WSEError(.connection, "closing"), now: $1) }
        #expect(session.machine.outbox.offlineCount == 1)
        session.close(code: nil)
        session.advance(by: .seconds(2))
        var second = try EncryptedPeer()
        let opened = session.give { $0.opened($0.lastAttempt, now: $1) }
        try second.agree(try #require(opened.sent("client_hello").first))
        let again = try #require(session.receive(second.hello()).transmitted.first)
        #expect(try second.open(again.wireBytes)["p", "text"] == "attack at dawn")
    }

    @Test func `an application's event in the clear is discarded, announced and asked for again`() throws {
        var session = try session()
        var peer = try EncryptedPeer()
        try greet(&session, &peer)
        session.receive(peer.hello())
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        session.receive(try peer.seal(SessionHarness.publication("a", 0)), as: .binary, from: session.attempt)
        let plain = session.receive(SessionHarness.publication("a", 1))
        #expect(plain.delivered.isEmpty)
        #expect(plain.contains { if case .signal(.downgrade("tick")) = $0 { true } else { false } })
        session.receive(try peer.seal(SessionHarness.publication("a", 2)), as: .binary, from: session.attempt)
        session.receive(try peer.seal(SessionHarness.publication("a", 1)), as: .binary, from: session.attempt)
        #expect(session.actions.offsets("a") == [0, 1, 2])
    }

    @Test func `the other policies deliver it, or give the connection up`() throws {
        var accepting = try session(.accept)
        var peer = try EncryptedPeer()
        try greet(&accepting, &peer)
        accepting.receive(peer.hello())
        #expect(accepting.receive(SessionHarness.publication("a", 0)).offsets("a") == [0])

        var strict = try session(.disconnect)
        peer = try EncryptedPeer()
        try greet(&strict, &peer)
        strict.receive(peer.hello())
        let attempt = strict.attempt
        let actions = strict.receive(SessionHarness.publication("a", 0))
        #expect(actions.aborts == [attempt])
        #expect(actions.delivered.isEmpty)
        #expect(strict.isReady == false)
    }

    @Test func `an event in the clear is asked for at once, so that none is needed to show the hole`() throws
    {
        var session = try session()
        var peer = try EncryptedPeer()
        try greet(&session, &peer)
        session.receive(peer.hello())
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        session.receive(
            try peer.seal(SessionHarness.answer(accepted: ["a"])), as: .binary, from: session.attempt)
        session.receive(try peer.seal(SessionHarness.publication("a", 0)), as: .binary, from: session.attempt)
        let plain = session.receive(SessionHarness.publication("a", 1))
        let asked = try #require(plain.frames.first.map { try peer.open($0) })
        #expect(asked["p", "recovery", "a", "offset"] == 0)
        // One question is enough.
        #expect(session.receive(SessionHarness.publication("a", 2)).frames.isEmpty)
    }

    @Test func `a replay without stamps that came in the clear is told to be missing`() throws {
        var session = try session()
        var peer = try EncryptedPeer(version: "2.0.1")
        try greet(&session, &peer)
        session.receive(peer.hello())
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        func answer(_ head: UInt64, recovered: Bool) -> String {
            SessionHarness.answer(
                accepted: ["a"], recovery: SessionHarness.recovery("a", head: head, recovered: recovered))
        }
        session.receive(try peer.seal(answer(3, recovered: false)), as: .binary, from: session.attempt)
        session.close(code: nil)
        session.advance(by: .seconds(2))
        peer = try EncryptedPeer(version: "2.0.1")
        let opened = session.give { $0.opened($0.lastAttempt, now: $1) }
        try peer.agree(try #require(opened.sent("client_hello").first))
        session.receive(peer.hello())
        session.receive(#"{"t":"tick","id":"a4","p":4}"#)
        let answered = session.receive(
            try peer.seal(answer(4, recovered: true)), as: .binary, from: session.attempt)
        #expect(answered.resyncs == ["0000007b"])
        // It is told once, and what comes sealed from now on is in order.
        session.receive(
            try peer.seal(#"{"t":"tick","id":"a5","p":5}"#), as: .binary, from: session.attempt)
        #expect(session.actions.delivered.map { $0.payload.value } == [5])
        let next = session.receive(
            try peer.seal(answer(5, recovered: true)), as: .binary, from: session.attempt)
        #expect(next.resyncs.isEmpty)
    }

    @Test(arguments: [
        #"{"c":"U","t":"order_response","p":{"forged":true},"v":1}"#,
        #"{"c":"WSE","t":"presence_join","p":{"user_id":"mallory","data":{}},"v":1}"#,
        #"{"c":"S","t":"snapshot_complete","p":{},"tp":"a","e":"0000007b","o":1,"v":1}"#,
    ])
    func `what the protocol defines is no way around`(text: String) throws {
        var session = try session()
        var peer = try EncryptedPeer()
        try greet(&session, &peer)
        #expect(session.receive(text).delivered.isEmpty)
        session.receive(peer.hello())
        #expect(session.receive(text).delivered.isEmpty)
        #expect(session.machine.counters.downgrades == 2)
        #expect(
            session.receive(
                try peer.seal(SessionHarness.publication("a", 1)), as: .binary, from: session.attempt
            ).offsets("a") == [1])
    }

    @Test func `a notice in the clear is shown and says nothing about order`() throws {
        var session = try session()
        var peer = try EncryptedPeer()
        try greet(&session, &peer)
        session.receive(peer.hello())
        let notice = session.receive(
            #"{"c":"WSE","t":"connection_quality","p":{"quality":"good"},"tp":"a","e":"0000007b","o":1,"v":1}"#
        )
        #expect(notice.delivered.map(\.type) == ["connection_quality"])
        #expect(
            session.receive(
                try peer.seal(SessionHarness.publication("a", 1)), as: .binary, from: session.attempt
            ).offsets("a") == [1])
    }

    @Test func `a message that only sealing makes too large is refused`() throws {
        var session = try session()
        var peer = try EncryptedPeer()
        try greet(&session, &peer)
        session.receive(peer.hello(limit: 300))
        var sizes: [Int: Bool] = [:]
        for count in 100...200 {
            let draft = MessageDraft(
                type: "note", payload: ["pad": .string(String(repeating: "x", count: count))])
            var result: Result<String, WSEError>?
            let frames = session.give { result = $0.send(draft, caller: nil, now: $1) }.frames
            #expect(frames.allSatisfy { $0.count <= 300 })
            if case .failure(let error) = result {
                #expect(error.code == .invalidArgument)
                sizes[count] = false
            } else {
                sizes[count] = frames.count == 1
            }
        }
        #expect(sizes[100] == true)
        #expect(sizes[200] == false)
    }

    @Test func `a first server that does not confirm ends connect even where attempts are repeated`() throws {
        var session = try SessionHarness {
            $0.encryption = WSEEncryption()
            $0.failsFast = false
        }
        session.becomeReady()
        #expect(session.actions.connectOutcomes.map(\.?.code) == [.encryption])
        #expect(session.machine.phase == .failed)
    }

    @Test func `a frame that cannot be opened is skipped and told, and the connection stays`() throws {
        var session = try session()
        var peer = try EncryptedPeer()
        try greet(&session, &peer)
        session.receive(peer.hello())
        var frame = try peer.seal(SessionHarness.publication("a", 0))
        frame[frame.count - 1] ^= 1
        let actions = session.receive(frame, as: .binary, from: session.attempt)
        #expect(actions.delivered.isEmpty)
        #expect(actions.contains { if case .signal(.unreadable) = $0 { true } else { false } })
        #expect(session.isReady == true)
    }

    @Test func `a key that opens no more gives the connection up`() throws {
        var session = try SessionHarness {
            let cipher = SessionCipher.Configuration(openedMessages: 2)
            $0.encryption = WSEEncryption(keyExchange: SessionKeyExchangeFactory(configuration: cipher))
        }
        var peer = try EncryptedPeer()
        try greet(&session, &peer)
        session.receive(peer.hello())
        let attempt = session.attempt
        for offset in UInt64(0)..<3 {
            session.receive(
                try peer.seal(SessionHarness.publication("a", offset)), as: .binary, from: attempt)
        }
        #expect(session.actions.offsets("a") == [0, 1])
        #expect(session.actions.aborts == [attempt])
        #expect(session.machine.phase == .waiting)
    }

    @Test func `a key that is used up gives the connection up and keeps the message`() throws {
        var session = try SessionHarness {
            let cipher = SessionCipher.Configuration(sealedMessages: 1)
            $0.encryption = WSEEncryption(keyExchange: SessionKeyExchangeFactory(configuration: cipher))
            $0.offlineQueue = .init()
        }
        var peer = try EncryptedPeer()
        try greet(&session, &peer)
        session.receive(peer.hello())
        session.give { _ = $0.send(secret, caller: nil, now: $1) }
        let attempt = session.attempt
        let actions = session.give { _ = $0.send(secret, caller: RequestID(rawValue: 2), now: $1) }
        #expect(actions.aborts == [attempt])
        #expect(session.machine.outbox.offlineCount == 1)
        #expect(actions.frames.isEmpty)
    }
}

extension [SessionAction] {
    /// The bytes of all frames that were sent.
    fileprivate var frames: [[UInt8]] {
        compactMap {
            switch $0 {
            case .control(_, _, let bytes): bytes
            case .transmit(_, let message): message.wireBytes
            default: nil
            }
        }
    }
}

extension [UInt8] {
    fileprivate func contains(_ text: String) -> Bool {
        String(decoding: self, as: UTF8.self).contains(text)
    }
}
