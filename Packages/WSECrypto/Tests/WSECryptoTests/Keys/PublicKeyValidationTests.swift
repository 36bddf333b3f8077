import Testing
import WSECrypto

@Suite("Validation of public keys")
struct PublicKeyValidationTests {
    /// The base point.
    static let x = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    static let y = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    static let prime = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
    static let zero = String(repeating: "00", count: 32)

    private func refuse(_ code: CryptoError.Code, _ bytes: [UInt8], sourceLocation: SourceLocation) {
        expect(code, sourceLocation: sourceLocation) { () throws(CryptoError) in
            try P256PublicKey(sec1: bytes)
        }
    }

    @Test("takes a point of the curve")
    func valid() throws {
        #expect(try P256PublicKey(sec1: hex("04" + Self.x + Self.y)).sec1 == hex("04" + Self.x + Self.y))
    }

    @Test("refuses any point with one bit wrong")
    func flippedBits() throws {
        let valid = hex("04" + Self.x + Self.y)
        for bit in 8..<(valid.count * 8) {
            var point = valid
            point[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            expect(.pointNotOnCurve, "bit \(bit)") { () throws(CryptoError) in
                try P256PublicKey(sec1: point)
            }
        }
    }

    @Test("refuses points of other curves, which would give the private key away piece by piece")
    func invalidCurve() {
        // On y² = x³ - 3x + b' for another b', where the points have small orders.
        for y in 1...20 as ClosedRange<UInt8> {
            let point: [UInt8] = [4] + Array(repeating: 0, count: 32) + Array(repeating: 0, count: 31) + [y]
            refuse(.pointNotOnCurve, point, sourceLocation: #_sourceLocation)
        }
        // The base point of secp256k1.
        let foreign =
            "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
            + "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
        refuse(.pointNotOnCurve, hex(foreign), sourceLocation: #_sourceLocation)
        refuse(.pointNotOnCurve, hex("04" + Self.y + Self.x), sourceLocation: #_sourceLocation)
    }

    @Test("refuses the point at infinity in each way to write it")
    func infinity() {
        refuse(.pointAtInfinity, [0], sourceLocation: #_sourceLocation)
        refuse(.pointAtInfinity, hex("04" + Self.zero + Self.zero), sourceLocation: #_sourceLocation)
        refuse(.unknownPointForm, hex("00" + Self.zero + Self.zero), sourceLocation: #_sourceLocation)
    }

    @Test("refuses coordinates that are not below the prime, though they are congruent to a point")
    func range() throws {
        // x = 0 is on the curve; x = p is the same number of the field, written in a way that is not allowed.
        let rootOfB = "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4"
        #expect(throws: Never.self) { try P256PublicKey(sec1: hex("04" + Self.zero + rootOfB)) }
        refuse(.coordinateOutOfRange, hex("04" + Self.prime + rootOfB), sourceLocation: #_sourceLocation)
        refuse(.coordinateOutOfRange, hex("04" + Self.x + Self.prime), sourceLocation: #_sourceLocation)
        let largest = String(repeating: "ff", count: 32)
        refuse(.coordinateOutOfRange, hex("04" + largest + Self.y), sourceLocation: #_sourceLocation)
        refuse(.coordinateOutOfRange, hex("04" + Self.x + largest), sourceLocation: #_sourceLocation)
    }

    @Test("refuses compressed and hybrid points")
    func otherForms() {
        for form in ["02", "03"] {
            refuse(.compressedPoint, hex(form + Self.x), sourceLocation: #_sourceLocation)
        }
        for form in ["06", "07"] {
            refuse(.compressedPoint, hex(form + Self.x + Self.y), sourceLocation: #_sourceLocation)
        }
    }

    @Test("refuses bytes in no form of SEC1")
    func unknownForms() {
        for form in 0...255 as ClosedRange<UInt8> where ![4, 6, 7].contains(form) {
            refuse(.unknownPointForm, [form] + hex(Self.x + Self.y), sourceLocation: #_sourceLocation)
        }
    }

    @Test("refuses every other length")
    func lengths() {
        let bytes = hex("04" + Self.x + Self.y) + hex(Self.x + Self.y)
        for count in 0...bytes.count where count != 65 {
            refuse(.invalidPublicKeyLength, Array(bytes.prefix(count)), sourceLocation: #_sourceLocation)
        }
    }

    @Test("says why, in libcrypto's words, and leaves nothing in its error queue")
    func reasons() throws {
        do {
            _ = try P256PublicKey(sec1: hex("04" + Self.y + Self.x))
            Issue.record("nothing was thrown")
        } catch {
            #expect(error.reasons.contains("point is not on curve"), "\(error)")
            #expect(error.description.hasPrefix("pointNotOnCurve: not a point of P-256 (libcrypto: "))
            #expect(!error.description.contains(Self.x.prefix(8)))
        }
        #expect(ErrorQueue.isEmpty)
    }
}
