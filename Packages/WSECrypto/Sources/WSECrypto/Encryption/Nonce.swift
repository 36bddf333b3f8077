/// The 96-bit initialisation vector of AES-GCM as a number, most significant byte first on the wire.
struct Nonce: Sendable, Hashable {
    static let byteCount = 12

    private static let mask: UInt128 = 1 << 96 - 1

    let value: UInt128

    /// - Parameter value: Taken modulo 2^96.
    init(_ value: UInt128) {
        self.value = value & Self.mask
    }

    /// - Parameter bytes: Points to at least 12 bytes.
    init(at bytes: UnsafeRawPointer) {
        let high = UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))
        let low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
        value = UInt128(high) << 64 | UInt128(low)
    }

    /// - Parameter bytes: Points to room for at least 12 bytes.
    func store(to bytes: UnsafeMutableRawPointer) {
        bytes.storeBytes(of: UInt32(truncatingIfNeeded: value >> 64).bigEndian, as: UInt32.self)
        bytes.storeBytes(
            of: UInt64(truncatingIfNeeded: value).bigEndian, toByteOffset: 4, as: UInt64.self)
    }

    /// How many steps forward, modulo 2^96, lead from `other` to this one.
    func distance(from other: Nonce) -> UInt128 {
        (value &- other.value) & Self.mask
    }

    func advanced(by steps: UInt64) -> Nonce {
        Nonce(value &+ UInt128(steps))
    }
}
