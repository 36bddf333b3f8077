import Testing
import WSECrypto

@Suite("P-256")
struct P256Tests {
    struct Published: Sendable, CustomTestStringConvertible {
        let name: String, scalar: String, x: String, y: String, peerX: String, peerY: String, secret: String
        var testDescription: String { name }
    }

    static let published = [
        Published(
            name: "RFC 5903, section 8.1, initiator",
            scalar: "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
            x: "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180",
            y: "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
            peerX: "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63",
            peerY: "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
            secret: "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"),
        Published(
            name: "RFC 5903, section 8.1, responder",
            scalar: "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
            x: "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63",
            y: "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
            peerX: "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180",
            peerY: "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
            secret: "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"),
        Published(
            name: "NIST CAVS 14.1, ECC CDH primitive, P-256, count 0",
            scalar: "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534",
            x: "ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b230",
            y: "28af61281fd35e2fa7002523acc85a429cb06ee6648325389f59edfce1405141",
            peerX: "700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287",
            peerY: "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac",
            secret: "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b"),
    ]

    private func key(_ scalar: [UInt8]) throws(CryptoError) -> P256PrivateKey {
        try scalar.withSpan { (span) throws(CryptoError) in try P256PrivateKey(scalar: span) }
    }

    @Test("works out the published public keys and secrets", arguments: published)
    func publishedSecrets(example: Published) throws {
        let own = try key(hex(example.scalar))
        #expect(own.publicKey.sec1 == hex("04" + example.x + example.y))
        let peer = try P256PublicKey(sec1: hex("04" + example.peerX + example.peerY))
        let secret = try own.sharedSecret(with: peer).withBytes { Hexadecimal.encode($0) }
        #expect(secret == example.secret)
    }

    @Test("agrees with Python on public keys, secrets and both derivations of keys")
    func pythonVectors() throws {
        for example in try PythonVectors.load().agreements {
            let own = try key(hex(example.scalar))
            #expect(own.publicKey.sec1 == hex(example.point))
            let secret = try own.sharedSecret(with: P256PublicKey(sec1: hex(example.peer)))
            #expect(secret.withBytes { Hexadecimal.encode($0) } == example.secret)
            #expect(try secret.key(.current).withBytes { Hexadecimal.encode($0) } == example.current)
            #expect(try secret.key(.salted).withBytes { Hexadecimal.encode($0) } == example.salted)
        }
    }

    @Test("two fresh keys agree, and no two keys are the same")
    func fresh() throws {
        var seen: Set<P256PublicKey> = []
        for _ in 0..<50 {
            let first = try P256PrivateKey()
            let second = try P256PrivateKey()
            let one = try first.sharedSecret(with: second.publicKey).withBytes { Hexadecimal.encode($0) }
            let other = try second.sharedSecret(with: first.publicKey).withBytes { Hexadecimal.encode($0) }
            #expect(one == other)
            #expect(seen.insert(first.publicKey).inserted)
            #expect(seen.insert(second.publicKey).inserted)
        }
    }

    @Test("a public key survives SEC1 and Base64")
    func roundTrip() throws {
        let key = try P256PrivateKey().publicKey
        #expect(key.sec1.count == P256PublicKey.byteCount && key.sec1.first == 4)
        #expect(try P256PublicKey(sec1: key.sec1) == key)
        #expect(try P256PublicKey(base64: key.base64) == key)
        #expect(key.base64.utf8.count == 88)
        expect(.invalidBase64) { () throws(CryptoError) in try P256PublicKey(base64: key.base64 + "\n") }
        expect(.invalidBase64) { () throws(CryptoError) in try P256PublicKey(base64: "not a key") }
    }

    @Test("refuses its own public key, which a peer can only have from this side")
    func ownKey() throws {
        let key = try P256PrivateKey()
        expect(.ownPublicKey) { () throws(CryptoError) in try key.sharedSecret(with: key.publicKey) }
    }

    /// The order of the curve; the largest private key is one less.
    static let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"

    @Test(
        "refuses numbers that are no private key",
        arguments: [
            String(repeating: "00", count: 32), order,
            "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552",
            String(repeating: "ff", count: 32),
        ])
    func scalarRange(scalar: String) {
        expect(.invalidPrivateKey) { () throws(CryptoError) in try key(hex(scalar)) }
    }

    @Test("takes the smallest and the largest private key")
    func scalarEdges() throws {
        let one = try key(Array(repeating: 0, count: 31) + [1])
        let generator = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        #expect(Array(one.publicKey.sec1[1..<33]) == hex(generator))
        var largest = hex(Self.order)
        largest[31] -= 1
        let last = try key(largest)
        #expect(Array(last.publicKey.sec1[1..<33]) == hex(generator), "the opposite point has the same x")
        #expect(last.publicKey != one.publicKey)
    }

    @Test("refuses private keys of another length", arguments: [0, 1, 31, 33, 64])
    func scalarLength(count: Int) {
        expect(.invalidKeyLength) { () throws(CryptoError) in try key(Array(repeating: 1, count: count)) }
    }
}
