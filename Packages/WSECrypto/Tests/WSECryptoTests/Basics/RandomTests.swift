import Testing
import WSECrypto

@Suite("Random bytes")
struct RandomTests {
    @Test("fills every length, and never twice with the same")
    func lengths() throws {
        #expect(try SecureRandom().bytes(count: 0) == [])
        var seen: Set<[UInt8]> = []
        for count in 16...64 { #expect(seen.insert(try SecureRandom().bytes(count: count)).inserted) }
        #expect(Set(seen.map(\.count)) == Set(16...64))
        // 64 zero bytes in a row come once in 2^512 tries; they come at once if the buffer is not filled to its end.
        #expect(try SecureRandom().bytes(count: 10_000).suffix(64) != ArraySlice(repeating: 0, count: 64))
    }
}

@Suite("Constant-time comparison")
struct ConstantTimeTests {
    @Test("equal exactly if lengths and all bytes are")
    func equality() {
        #expect(ConstantTime.areEqual([], []))
        #expect(!ConstantTime.areEqual([], [0]))
        let bytes = Array(UInt8(0)..<64)
        #expect(ConstantTime.areEqual(bytes, bytes))
        #expect(!ConstantTime.areEqual(bytes, Array(bytes.dropLast())))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 1
            #expect(!ConstantTime.areEqual(bytes, other))
        }
    }
}
