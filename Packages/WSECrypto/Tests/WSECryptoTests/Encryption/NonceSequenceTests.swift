import Testing

@testable import WSECrypto

@Suite("Nonces of the sending side")
struct NonceSequenceTests {
    static let last = Nonce(UInt128.max)

    @Test("a nonce survives its twelve bytes, most significant first")
    func bytes() {
        let bytes = Array(UInt8(1)...12)
        let nonce = bytes.withUnsafeBytes { Nonce(at: $0.baseAddress!) }
        #expect(nonce.value == 0x01_0203_0405_0607_0809_0a0b_0c)
        var stored = [UInt8](repeating: 0, count: 12)
        stored.withUnsafeMutableBytes { nonce.store(to: $0.baseAddress!) }
        #expect(stored == bytes)
        #expect(Self.last.value == 0xffff_ffff_ffff_ffff_ffff_ffff)
    }

    @Test("counts from its start, over the end of the number range too, and never repeats")
    func counting() throws {
        for start in [Nonce(0), Nonce(12_345), Nonce(1 << 64 - 5), Nonce(1 << 96 - 5), Self.last] {
            var sequence = NonceSequence(start: start, limit: 1_000)
            var seen: Set<Nonce> = []
            for step in 0..<1_000 as Range<UInt64> {
                let nonce = try sequence.next()
                #expect(nonce.distance(from: start) == UInt128(step))
                #expect(nonce.value < 1 << 96)
                #expect(seen.insert(nonce).inserted)
            }
        }
    }

    @Test("ends with an error, and stays ended")
    func exhaustion() throws {
        var sequence = NonceSequence(start: Nonce(7), limit: 3)
        for _ in 0..<3 { _ = try sequence.next() }
        #expect(sequence.remaining == 0)
        for _ in 0..<3 {
            do {
                _ = try sequence.next()
                Issue.record("nothing was thrown")
            } catch {
                #expect(error.code == .messageLimitReached)
            }
        }
    }

    @Test("tells its own nonces, which come back, from those of the peer")
    func reflection() throws {
        let start = Nonce(1 << 96 - 2)
        var sequence = NonceSequence(start: start, limit: 1_000)
        for _ in 0..<5 { _ = try sequence.next() }
        for step in 0..<5 as Range<UInt64> {
            do {
                try sequence.exclude(start.advanced(by: step))
                Issue.record("nothing was thrown")
            } catch {
                #expect(error.code == .reflectedFrame)
            }
        }
        try sequence.exclude(start.advanced(by: 1_000))
        try sequence.exclude(Nonce(start.value - 1))
        #expect(sequence.remaining == 995)
    }

    @Test("ends before a nonce that the peer has used")
    func exclusion() throws {
        let start = Nonce(1 << 96 - 2)
        var sequence = NonceSequence(start: start, limit: 1_000)
        for _ in 0..<5 { _ = try sequence.next() }
        try sequence.exclude(start.advanced(by: 8))
        try sequence.exclude(start.advanced(by: 20))
        #expect(sequence.remaining == 3)
        for step in 5..<8 as Range<UInt64> { #expect(try sequence.next() == start.advanced(by: step)) }
        do {
            _ = try sequence.next()
            Issue.record("nothing was thrown")
        } catch {
            #expect(error.code == .messageLimitReached)
        }
        // The very next one.
        var other = NonceSequence(start: start, limit: 1_000)
        try other.exclude(start)
        #expect(other.remaining == 0)
    }
}
