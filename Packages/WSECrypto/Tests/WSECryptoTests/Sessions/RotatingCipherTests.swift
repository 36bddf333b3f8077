import Synchronization
import Testing
import WSECrypto

@Suite("Keys negotiated anew")
struct RotatingCipherTests {
    /// A clock that moves when it is told to.
    final class Time: Sendable {
        private let instant = Mutex(ContinuousClock.now)

        var now: ContinuousClock.Instant { instant.withLock { $0 } }

        func advance(by duration: Duration) {
            instant.withLock { $0 = $0.advanced(by: duration) }
        }
    }

    let time = Time()

    private func pair() throws -> (own: any MessageCipher, peer: any MessageCipher) {
        let (client, server) = (try SessionKeyExchange(), try SessionKeyExchange())
        return (
            try client.finish(peerPublicKey: server.publicKey, serverVersion: "2.5.1"),
            try server.finish(peerPublicKey: client.publicKey, serverVersion: "2.5.1")
        )
    }

    private func rotating(_ cipher: any MessageCipher, grace: Duration = .seconds(30)) -> RotatingCipher {
        RotatingCipher(cipher, graceWindow: grace, now: { [time] in time.now })
    }

    @Test("seals under the newest key only")
    func sealing() throws {
        let (first, second) = (try pair(), try pair())
        let cipher = rotating(first.own)
        #expect(try first.peer.open(frame: cipher.seal([1])) == [1])
        cipher.rotate(to: second.own)
        let frame = try cipher.seal([2])
        expect(.authenticationFailed) { () throws(CryptoError) in try first.peer.open(frame: frame) }
        #expect(try second.peer.open(frame: frame) == [2])
    }

    @Test("opens messages of the old key within the grace window, and none after it")
    func grace() throws {
        let (first, second) = (try pair(), try pair())
        let cipher = rotating(first.own)
        let late = try (0..<3).map { try first.peer.seal([UInt8($0)]) }
        cipher.rotate(to: second.own)
        #expect(try cipher.open(frame: late[0]) == [0])
        #expect(try cipher.open(frame: second.peer.seal([9])) == [9])
        time.advance(by: .milliseconds(29_999))
        #expect(cipher.acceptsPreviousKey)
        #expect(try cipher.open(frame: late[1]) == [1])
        time.advance(by: .milliseconds(1))
        expect(.authenticationFailed) { () throws(CryptoError) in try cipher.open(frame: late[2]) }
        #expect(!cipher.acceptsPreviousKey)
        #expect(try cipher.open(frame: second.peer.seal([8])) == [8])
    }

    @Test("knows replays of both keys, and tells them from forgeries")
    func replays() throws {
        let (first, second) = (try pair(), try pair())
        let cipher = rotating(first.own)
        let (old, new) = (try first.peer.seal([1]), try second.peer.seal([2]))
        _ = try cipher.open(frame: old)
        cipher.rotate(to: second.own)
        _ = try cipher.open(frame: new)
        expect(.replayedFrame) { () throws(CryptoError) in try cipher.open(frame: old) }
        expect(.replayedFrame) { () throws(CryptoError) in try cipher.open(frame: new) }
        expect(.authenticationFailed) { () throws(CryptoError) in try cipher.open(pattern(40)) }
        expect(.frameTooShort) { () throws(CryptoError) in try cipher.open([]) }
    }

    @Test("keeps one old key, not two")
    func twice() throws {
        let (first, second, third) = (try pair(), try pair(), try pair())
        let cipher = rotating(first.own)
        let (oldest, older) = (try first.peer.seal([1]), try second.peer.seal([2]))
        cipher.rotate(to: second.own)
        cipher.rotate(to: third.own)
        expect(.authenticationFailed) { () throws(CryptoError) in try cipher.open(frame: oldest) }
        #expect(try cipher.open(frame: older) == [2])
    }

    @Test("without a grace window the old key is gone at once", arguments: [Duration.zero, .seconds(-1)])
    func noGrace(grace: Duration) throws {
        let (first, second) = (try pair(), try pair())
        let cipher = rotating(first.own, grace: grace)
        let late = try first.peer.seal([1])
        cipher.rotate(to: second.own)
        #expect(!cipher.acceptsPreviousKey)
        expect(.authenticationFailed) { () throws(CryptoError) in try cipher.open(frame: late) }
    }

    @Test(
        "lets go of the old cipher after the window, when asked, at the next message and at the next change")
    func release() throws {
        for step in 0..<3 {
            weak var old: SessionCipher?
            let second = try pair()
            let cipher: RotatingCipher
            do {
                let first = try SessionCipher(key: try .of(pattern(32)))
                old = first
                cipher = rotating(first)
            }
            cipher.rotate(to: second.own)
            cipher.releaseExpired()
            #expect(old != nil)
            time.advance(by: .seconds(30))
            switch step {
            case 0: cipher.releaseExpired()
            case 1: _ = try cipher.open(frame: second.peer.seal([1]))
            default: cipher.rotate(to: try pair().own)
            }
            #expect(old == nil, "step \(step)")
        }
    }
}
