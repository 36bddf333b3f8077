import Testing
import WSECrypto

@Suite("SHA-256")
struct SHA256Tests {
    /// The examples of FIPS 180 and two edges of the padding.
    @Test(
        "hashes the published messages to the published digests",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
            ),
        ])
    func publishedDigests(message: String, digest: String) throws {
        #expect(try SHA256.digest(of: Array(message.utf8)).hexadecimal == digest)
    }

    @Test("hashes a million times the letter a")
    func million() throws {
        let digest = try SHA256.digest(of: Array(repeating: UInt8(ascii: "a"), count: 1_000_000))
        #expect(digest.hexadecimal == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test("digests are equal exactly if all bytes are")
    func equality() throws {
        let digest = try SHA256.digest(of: [1])
        for index in 0..<SHA256Digest.byteCount {
            var bytes = digest.bytes
            #expect(bytes.withSpan { SHA256Digest($0) } == digest)
            bytes[index] ^= 1
            #expect(bytes.withSpan { SHA256Digest($0) } != digest)
        }
        #expect([UInt8](repeating: 0, count: 31).withSpan { SHA256Digest($0) } == nil)
        #expect([UInt8](repeating: 0, count: 33).withSpan { SHA256Digest($0) } == nil)
    }
}

@Suite("HMAC-SHA256")
struct HMACTests {
    struct Case: Sendable {
        let key: [UInt8], message: [UInt8], code: String
    }

    /// RFC 4231, cases 1 to 4, 6 and 7 (5 is about a truncated code).
    static let published = [
        Case(
            key: Array(repeating: 0x0b, count: 20), message: Array("Hi There".utf8),
            code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        Case(
            key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
            code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Case(
            key: Array(repeating: 0xaa, count: 20), message: Array(repeating: 0xdd, count: 50),
            code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        Case(
            key: Array(1...25), message: Array(repeating: 0xcd, count: 50),
            code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        Case(
            key: Array(repeating: 0xaa, count: 131),
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        Case(
            key: Array(repeating: 0xaa, count: 131),
            message: Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. The key "
                    + "needs to be hashed before being used by the HMAC algorithm.").utf8),
            code: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]

    @Test("authenticates the published messages with the published codes", arguments: published)
    func publishedCodes(example: Case) throws {
        #expect(try HMACSHA256.code(for: example.message, key: example.key).hexadecimal == example.code)
    }

    @Test("accepts the right code and no other")
    func validation() throws {
        let (key, message): ([UInt8], [UInt8]) = ([1, 2, 3], [4, 5, 6])
        let code = try HMACSHA256.code(for: message, key: key).bytes
        #expect(try HMACSHA256.isValid(code, for: message, key: key))
        #expect(try !HMACSHA256.isValid(code, for: message + [7], key: key))
        #expect(try !HMACSHA256.isValid(code, for: message, key: [1, 2, 4]))
        #expect(try !HMACSHA256.isValid(Array(code.dropLast()), for: message, key: key))
        #expect(try !HMACSHA256.isValid([], for: message, key: key))
        for index in code.indices {
            var forged = code
            forged[index] ^= 0x80
            #expect(try !HMACSHA256.isValid(forged, for: message, key: key))
        }
    }

    @Test("refuses an empty key")
    func emptyKey() {
        let error = #expect(throws: CryptoError.self) { try HMACSHA256.code(for: [1], key: []) }
        #expect(error?.code == .invalidKeyLength)
    }
}
