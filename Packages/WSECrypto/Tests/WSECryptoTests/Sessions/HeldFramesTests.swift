import Testing
import WSECrypto

@Suite("Frames that come before the key")
struct HeldFramesTests {
    private func frame(_ count: Int, _ byte: UInt8 = 0) -> [UInt8] {
        Array(repeating: byte, count: count)
    }

    @Test("are given out in the order they came, once")
    func order() throws {
        var held = HeldFrames()
        for index in 0..<10 { try held.hold(frame(28 + index, UInt8(index))) }
        #expect(held.count == 10 && held.byteCount == 325)
        #expect(held.takeAll() == (0..<10).map { frame(28 + $0, UInt8($0)) })
        #expect(held.count == 0 && held.byteCount == 0 && held.takeAll() == [])
    }

    @Test("open once the key exists")
    func open() throws {
        let (client, server) = (try SessionKeyExchange(), try SessionKeyExchange())
        let sender = try server.finish(peerPublicKey: client.publicKey, serverVersion: "2.5.1")
        var held = HeldFrames()
        for index in 0..<5 { try held.hold(Array(sender.seal([UInt8(index)]).dropFirst(2))) }
        let receiver = try client.finish(peerPublicKey: server.publicKey, serverVersion: "2.5.1")
        #expect(try held.takeAll().map { try receiver.open($0) } == [[0], [1], [2], [3], [4]])
    }

    @Test("are no more than the bound, and the rest is reported and counted")
    func count() throws {
        var held = HeldFrames(maximumCount: 2)
        try held.hold(frame(28))
        try held.hold(frame(28))
        expect(.heldFramesOverflow) { () throws(CryptoError) in try held.hold(frame(28)) }
        expect(.heldFramesOverflow) { () throws(CryptoError) in try held.hold(frame(28)) }
        #expect(held.count == 2 && held.lost == 2)
        #expect(held.takeAll().count == 2)
        #expect(held.lost == 0)
        try held.hold(frame(28))
    }

    @Test("have no more bytes than the bound, and no hole: after a lost frame none is held")
    func bytes() throws {
        var held = HeldFrames(maximumBytes: 100)
        try held.hold(frame(72))
        expect(.heldFramesOverflow) { () throws(CryptoError) in try held.hold(frame(29)) }
        expect(.heldFramesOverflow) { () throws(CryptoError) in try held.hold(frame(28)) }
        #expect(held.byteCount == 72)
        _ = held.takeAll()
        try held.hold(frame(72))
        try held.hold(frame(28))
        #expect(held.byteCount == 100)
    }

    @Test("are refused if no key could open them", arguments: 0...27)
    func short(count: Int) {
        var held = HeldFrames()
        expect(.frameTooShort) { () throws(CryptoError) in try held.hold(frame(count)) }
        #expect(held.count == 0 && held.lost == 0)
    }

    @Test("a bound of nothing holds nothing, and so does a negative one", arguments: [0, -1, .min])
    func nothing(bound: Int) {
        var byCount = HeldFrames(maximumCount: bound)
        expect(.heldFramesOverflow) { () throws(CryptoError) in try byCount.hold(frame(28)) }
        var byBytes = HeldFrames(maximumBytes: bound)
        expect(.heldFramesOverflow) { () throws(CryptoError) in try byBytes.hold(frame(28)) }
    }
}
