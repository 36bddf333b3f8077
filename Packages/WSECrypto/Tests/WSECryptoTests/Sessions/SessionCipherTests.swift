import Synchronization
import Testing
import WSECrypto

@Suite("Session cipher")
struct SessionCipherTests {
    static let key = pattern(32)

    /// One side of a session; both sides have the same key.
    private func side(
        _ configuration: SessionCipher.Configuration = .init(), key: [UInt8] = key
    ) throws(CryptoError) -> SessionCipher {
        try SessionCipher(key: try .of(key), configuration: configuration)
    }

    private func nonce(of frame: [UInt8]) -> UInt128 {
        frame[2..<14].reduce(0) { $0 << 8 | UInt128($1) }
    }

    @Test(
        "what one side seals the other opens, at every length",
        arguments: [0, 1, 15, 16, 17, 230, 4_096, 65_536])
    func roundTrip(count: Int) throws {
        let (client, server) = (try side(), try side())
        for (from, to) in [(client, server), (server, client)] {
            let frame = try from.seal(pattern(count))
            #expect(frame.count == count + SealedFrame.overhead)
            #expect(frame.count == count + SessionCipher.sealedOverhead)
            #expect(frame.starts(with: [UInt8(ascii: "E"), UInt8(ascii: ":")]))
            #expect(try to.open(frame: frame) == pattern(count))
        }
    }

    @Test("opens what Python sealed")
    func pythonVectors() throws {
        for example in try PythonVectors.load().sealed {
            #expect(try side(key: hex(example.key)).open(hex(example.body)) == hex(example.plaintext))
        }
    }

    @Test("appends to what is there, and reuses the room of the last message")
    func buffers() throws {
        let (client, server) = (try side(), try side())
        var frame: [UInt8] = [1, 2, 3]
        try pattern(100).withSpan { (span) throws(CryptoError) in try client.seal(span, appendingTo: &frame) }
        #expect(frame.prefix(3) == [1, 2, 3])
        #expect(frame.count == 3 + 100 + SealedFrame.overhead)
        var plaintext: [UInt8] = [9, 9, 9]
        plaintext.reserveCapacity(1_000)
        let place = plaintext.withUnsafeBytes { $0.baseAddress }
        try Array(frame[5...]).withSpan { (span) throws(CryptoError) in
            try server.open(span, into: &plaintext)
        }
        #expect(plaintext == pattern(100))
        #expect(plaintext.withUnsafeBytes { $0.baseAddress } == place, "nothing was allocated")
    }

    @Test("writes into memory of the caller, and only if the frame fits")
    func rawOutput() throws {
        let (client, server) = (try side(), try side())
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 200, alignment: 1)
        defer { memory.deallocate() }
        var output = OutputRawSpan(buffer: memory, initializedCount: 0)
        output.append(7 as UInt8, as: UInt8.self)
        let plaintext = ContiguousArray(pattern(100))
        try client.seal(plaintext.span.bytes, appendingTo: &output)
        #expect(output.byteCount == 1 + 100 + SealedFrame.overhead)
        do {
            try client.seal(plaintext.span.bytes, appendingTo: &output)
            Issue.record("nothing was thrown")
        } catch {
            #expect(error.code == .outputTooSmall)
        }
        #expect(output.byteCount == 1 + 100 + SealedFrame.overhead)
        let count = output.finalize(for: memory)
        #expect(memory[0] == 7)
        #expect(try server.open(frame: Array(memory[1..<count])) == pattern(100))
    }

    @Test("no frame has the nonce of another; they count up from a random start")
    func nonces() throws {
        let client = try side()
        let first = nonce(of: try client.seal([]))
        for step in 1..<2_000 as Range<UInt128> {
            #expect(nonce(of: try client.seal([])) == (first &+ step) & (1 << 96 - 1))
        }
        // Two starts are alike once in 2^96 tries, and come at once if the start is not random.
        #expect(Set(try (0..<100).map { _ in nonce(of: try side().seal([])) }).count == 100)
    }

    @Test("all 96 bits of the start come from the random source")
    func start() throws {
        let bytes = Array(UInt8(1)...28)
        let cipher = try SessionCipher(key: try .of(Self.key), random: FixedBytes(bytes: bytes))
        let start = try cipher.seal([])[2..<14]
        #expect(Set(start) == Set(1...12), "each of the first twelve bytes is in the nonce")
        expect(.libraryFailure) { () throws(CryptoError) in
            try SessionCipher(key: try .of(Self.key), random: NoBytes())
        }
    }

    @Test("many threads seal at once, and every frame opens, with a nonce of its own")
    func concurrentSealing() async throws {
        let (client, server) = (try side(), try side())
        let frames = try await withThrowingTaskGroup(of: [[UInt8]].self) { group in
            for task in 0..<8 {
                group.addTask { try (0..<250).map { try client.seal([UInt8(task), UInt8($0)]) } }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(frames.map { nonce(of: $0) }).count == 2_000)
        #expect(Set(try frames.map { try server.open(frame: $0) }).count == 2_000)
    }

    @Test("one frame opened by many threads at once is opened once")
    func concurrentReplay() async throws {
        let (client, server) = (try side(), try side())
        for _ in 0..<50 {
            let frame = try client.seal([1])
            let opened = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 { group.addTask { (try? server.open(frame: frame)) != nil } }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(opened == 1)
        }
    }

    @Test("seals no more messages than its limit says")
    func sealingLimit() throws {
        let client = try side(.init(sealedMessages: 3))
        for _ in 0..<3 { _ = try client.seal([1]) }
        var frame: [UInt8] = [5]
        expect(.messageLimitReached) { () throws(CryptoError) in
            try [1].withSpan { (span) throws(CryptoError) in try client.seal(span, appendingTo: &frame) }
        }
        #expect(frame == [5], "nothing that looks like a frame is left behind")
        #expect(client.remainingMessages.toSeal == 0)
    }

    @Test("opens no more messages than its limit says, and forged ones do not count")
    func openingLimit() throws {
        let (client, server) = (try side(), try side(.init(openedMessages: 3)))
        for _ in 0..<10 {
            expect(.authenticationFailed) { () throws(CryptoError) in try server.open(pattern(40)) }
        }
        #expect(server.remainingMessages.toOpen == 3)
        for _ in 0..<3 { _ = try server.open(frame: try client.seal([1])) }
        let next = try client.seal([1])
        expect(.messageLimitReached) { () throws(CryptoError) in try server.open(frame: next) }
    }

    @Test("limits out of range are brought into it, when set too")
    func limits() {
        var configuration = SessionCipher.Configuration(
            sealedMessages: .max, openedMessages: 0, replayWindow: .max)
        #expect(configuration.sealedMessages == 1 << 31)
        #expect(configuration.openedMessages == 1)
        #expect(configuration.replayWindow == 1 << 30)
        configuration.sealedMessages = 0
        configuration.openedMessages = 1 << 32
        configuration.replayWindow = -1
        #expect(configuration == .init(sealedMessages: 1, openedMessages: 1 << 31, replayWindow: 1))
    }
}
