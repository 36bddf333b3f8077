import Testing
import WSECrypto

@Suite("Frames of an adversary")
struct HostileFrameTests {
    private func pair(
        _ configuration: SessionCipher.Configuration = .init()
    ) throws(CryptoError) -> (sender: SessionCipher, receiver: SessionCipher) {
        let key = pattern(32)
        return (
            try SessionCipher(key: try .of(key)),
            try SessionCipher(key: try .of(key), configuration: configuration)
        )
    }

    private func refuse(
        _ code: CryptoError.Code, _ body: [UInt8], by cipher: SessionCipher, _ comment: Comment? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var plaintext: [UInt8] = [1, 2, 3]
        expect(code, comment, sourceLocation: sourceLocation) { () throws(CryptoError) in
            try body.withSpan { (span) throws(CryptoError) in try cipher.open(span, into: &plaintext) }
        }
        #expect(plaintext.isEmpty, comment, sourceLocation: sourceLocation)
    }

    @Test("0 to 27 bytes are refused as too short", arguments: 0...27)
    func short(count: Int) throws {
        let (sender, receiver) = try pair()
        refuse(.frameTooShort, Array(repeating: 0, count: count), by: receiver)
        refuse(.frameTooShort, Array(try sender.seal([]).dropFirst(2).prefix(count)), by: receiver)
    }

    @Test("28 bytes are an empty message")
    func shortest() throws {
        let (sender, receiver) = try pair()
        let frame = try sender.seal([])
        #expect(frame.count == 2 + 28)
        #expect(try receiver.open(frame: frame) == [])
        refuse(.authenticationFailed, Array(repeating: 0, count: 28), by: receiver)
    }

    @Test("a bit wrong anywhere is refused, and the true frame still opens after that")
    func flippedBits() throws {
        let (sender, receiver) = try pair()
        let body = Array(try sender.seal(pattern(50)).dropFirst(2))
        for bit in 0..<(body.count * 8) {
            var forged = body
            forged[bit / 8] ^= 1 << UInt8(bit % 8)
            refuse(.authenticationFailed, forged, by: receiver, "bit \(bit)")
        }
        #expect(try receiver.open(body) == pattern(50))
    }

    @Test("a tag cut short is refused, however much is cut", arguments: 1...16)
    func truncatedTag(missing: Int) throws {
        let (sender, receiver) = try pair()
        let body = Array(try sender.seal(pattern(100)).dropFirst(2))
        refuse(.authenticationFailed, Array(body.dropLast(missing)), by: receiver)
        refuse(.authenticationFailed, body + Array(repeating: 0, count: missing), by: receiver)
        #expect(try receiver.open(body) == pattern(100))
    }

    @Test("a frame under another key is refused")
    func otherKey() throws {
        let (_, receiver) = try pair()
        let stranger = try SessionCipher(key: try .of(Array(repeating: 9, count: 32)))
        refuse(.authenticationFailed, Array(try stranger.seal([1]).dropFirst(2)), by: receiver)
    }

    @Test("a replayed frame is refused, at once and later")
    func replay() throws {
        let (sender, receiver) = try pair()
        let bodies = try (0..<100).map { Array(try sender.seal([UInt8($0)]).dropFirst(2)) }
        for body in bodies {
            _ = try receiver.open(body)
            refuse(.replayedFrame, body, by: receiver)
        }
        for body in bodies { refuse(.replayedFrame, body, by: receiver) }
    }

    @Test("a forgery does not use up the nonce of the true frame")
    func forgeryFirst() throws {
        let (sender, receiver) = try pair()
        let body = Array(try sender.seal([1, 2, 3]).dropFirst(2))
        refuse(.authenticationFailed, Array(body.dropLast()) + [body[body.count - 1] ^ 1], by: receiver)
        #expect(try receiver.open(body) == [1, 2, 3])
    }

    @Test("the replay window reaches exactly as far back as it says")
    func window() throws {
        let (sender, receiver) = try pair(.init(replayWindow: 10))
        let bodies = try (0..<11).map { Array(try sender.seal([UInt8($0)]).dropFirst(2)) }
        for body in bodies.prefix(10) { _ = try receiver.open(body) }
        refuse(.replayedFrame, bodies[0], by: receiver)
        _ = try receiver.open(bodies[10])
        for body in bodies.dropFirst() { refuse(.replayedFrame, body, by: receiver) }
        #expect(try receiver.open(bodies[0]) == [0], "this far back it cannot know")
    }

    @Test("with a window no smaller than the message limit no replay passes")
    func completeWindow() throws {
        let (sender, receiver) = try pair(.init(openedMessages: 10, replayWindow: 10))
        let bodies = try (0..<11).map { Array(try sender.seal([UInt8($0)]).dropFirst(2)) }
        for body in bodies.prefix(10) { _ = try receiver.open(body) }
        refuse(.messageLimitReached, bodies[10], by: receiver)
        for body in bodies.prefix(10) { refuse(.messageLimitReached, body, by: receiver) }
    }

    @Test("random nonces promise no order, so frames open in any order, each once")
    func reorderedRandom() throws {
        let (sender, receiver) = try pair()
        let bodies = try (0..<20).map { Array(try sender.seal([UInt8($0)]).dropFirst(2)) }
        for (index, body) in bodies.enumerated().reversed() {
            #expect(try receiver.open(body) == [UInt8(index)])
            refuse(.replayedFrame, body, by: receiver)
        }
    }

    @Test("from a peer that counts, reordered and replayed frames are refused without a window")
    func reorderedIncreasing() throws {
        let (sender, receiver) = try pair(.init(replayWindow: 1, inboundNonces: .increasing))
        let bodies = try (0..<20).map { Array(try sender.seal([UInt8($0)]).dropFirst(2)) }
        #expect(try receiver.open(bodies[5]) == [5])
        for body in bodies.prefix(5) { refuse(.reorderedFrame, body, by: receiver) }
        refuse(.replayedFrame, bodies[5], by: receiver)
        #expect(try receiver.open(bodies[9]) == [9], "a gap is none of the cipher's business")
        for body in bodies[5..<9] { refuse(.reorderedFrame, body, by: receiver) }
        var forged = bodies[19]
        forged[20] ^= 1
        refuse(.authenticationFailed, forged, by: receiver)
        for body in bodies[10...] { _ = try receiver.open(body) }
    }

    @Test("a peer that counts may count over the end of the number range")
    func increasingWrap() throws {
        let ones = FixedBytes(bytes: [0xff])
        let sender = try SessionCipher(key: try .of(pattern(32)), random: ones)
        let receiver = try pair(.init(inboundNonces: .increasing)).receiver
        let bodies = try (0..<4).map { Array(try sender.seal([UInt8($0)]).dropFirst(2)) }
        #expect(bodies[0].prefix(12).allSatisfy { $0 == 0xff } && bodies[1].prefix(12).allSatisfy { $0 == 0 })
        for (index, body) in bodies.enumerated() { #expect(try receiver.open(body) == [UInt8(index)]) }
        refuse(.reorderedFrame, bodies[0], by: receiver)
    }

    @Test("its own frames, sent back, are refused")
    func reflection() throws {
        for order in [SessionCipher.Configuration.InboundNonces.random, .increasing] {
            let (other, cipher) = try pair(.init(inboundNonces: order))
            let own = try (0..<10).map { Array(try cipher.seal([UInt8($0)]).dropFirst(2)) }
            for body in own { refuse(.reflectedFrame, body, by: cipher) }
            for body in own { refuse(.reflectedFrame, body, by: cipher, "not a replay: it was never opened") }
            #expect(try cipher.open(frame: other.seal([7])) == [7])
        }
    }

    @Test("sealing ends before it meets a nonce that the peer has used")
    func meetingNonces() throws {
        // Both start with the same nonce, which chance brings once in 2^96 sessions.
        let same = FixedBytes(bytes: [3])
        let peer = try SessionCipher(key: try .of(pattern(32)), random: same)
        let cipher = try SessionCipher(key: try .of(pattern(32)), random: same)
        for _ in 0..<5 { _ = try peer.seal([]) }
        let sixth = try peer.seal([6])
        _ = try cipher.seal([])
        #expect(try cipher.open(frame: sixth) == [6])
        #expect(cipher.remainingMessages.toSeal == 4)
        for _ in 0..<4 { _ = try cipher.seal([]) }
        expect(.messageLimitReached) { () throws(CryptoError) in try cipher.seal([]) }
    }

    @Test("a forgery does not end sealing")
    func forgedMeeting() throws {
        let cipher = try SessionCipher(key: try .of(pattern(32)))
        var next = Array(try cipher.seal([1]).dropFirst(2))
        next[11] &+= 1
        let before = cipher.remainingMessages.toSeal
        refuse(.authenticationFailed, next, by: cipher)
        #expect(cipher.remainingMessages.toSeal == before)
    }
}
