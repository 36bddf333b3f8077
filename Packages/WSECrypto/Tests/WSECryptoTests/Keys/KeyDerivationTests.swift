import Testing
import WSECrypto

@Suite("HKDF-SHA256")
struct HKDFTests {
    struct Published: Sendable, CustomTestStringConvertible {
        let name: String, input: [UInt8], salt: [UInt8], info: [UInt8], output: String
        var testDescription: String { name }
    }

    static let published = [
        Published(
            name: "RFC 5869, case 1", input: Array(repeating: 0x0b, count: 22), salt: Array(0x00...0x0c),
            info: Array(0xf0...0xf9),
            output: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"),
        Published(
            name: "RFC 5869, case 2, longer", input: Array(0x00...0x4f), salt: Array(0x60...0xaf),
            info: Array(0xb0...0xff),
            output: "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c6"
                + "5e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"),
        Published(
            name: "RFC 5869, case 3, without salt and info", input: Array(repeating: 0x0b, count: 22),
            salt: [],
            info: [],
            output: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"),
    ]

    private func derive(
        _ input: [UInt8], salt: [UInt8] = [], info: [UInt8] = [], count: Int
    ) throws(CryptoError) -> [UInt8] {
        let (input, salt, info) = (ContiguousArray(input), ContiguousArray(salt), ContiguousArray(info))
        var output = ContiguousArray<UInt8>(repeating: 0, count: count)
        var elements = output.mutableSpan
        var bytes = elements.mutableBytes
        try HKDFSHA256.derive(
            from: input.span.bytes, salt: salt.span.bytes, info: info.span.bytes, into: &bytes)
        return Array(output)
    }

    @Test("derives the published keys", arguments: published)
    func publishedKeys(example: Published) throws {
        let expected = hex(example.output)
        let output = try derive(example.input, salt: example.salt, info: example.info, count: expected.count)
        #expect(output == expected)
    }

    @Test("no salt is the same as 32 zero bytes")
    func zeroSalt() throws {
        let zeroes = [UInt8](repeating: 0, count: 32)
        #expect(try derive([1, 2, 3], count: 32) == derive([1, 2, 3], salt: zeroes, count: 32))
    }

    @Test("gives up to 255 digests and no more")
    func outputLength() throws {
        let longest = try derive([1], count: HKDFSHA256.maximumOutput)
        #expect(longest.count == 8_160)
        #expect(try derive([1], count: 1) == [longest[0]])
        expect(.invalidKeyLength) { () throws(CryptoError) in try derive([1], count: 8_161) }
        expect(.invalidKeyLength) { () throws(CryptoError) in try derive([1], count: 0) }
    }

    @Test("refuses to derive from nothing")
    func emptyInput() {
        expect(.invalidKeyLength) { () throws(CryptoError) in try derive([], count: 32) }
    }
}

@Suite("Key derivation by server version")
struct KeyDerivationTests {
    @Test(
        "servers from 2.3.2 on",
        arguments: [
            "2.3.2", "2.3.10", "2.4.0", "2.5.1", "2.10.0", "3.0.0", "10.0.0", "2.3.2rc1", "2.5.1+build",
            "02.05.01",
        ])
    func current(version: String) throws {
        #expect(try KeyDerivation(serverVersion: version) == .current)
    }

    @Test(
        "servers before 2.3.2",
        arguments: ["2.3.1", "2.3.0", "2.2.99", "2.0.1", "1.9.9", "0.0.0", "2.3.1-beta"])
    func salted(version: String) throws {
        #expect(try KeyDerivation(serverVersion: version) == .salted)
    }

    @Test(
        "text that is no version",
        arguments: [
            "", "2", "2.5", "v2.5.1", "2..1", "2.5.", ".2.5.1", "-2.5.1", "2,5,1", "two", " 2.5.1",
            "4294967296.0.0",
        ])
    func invalid(version: String) {
        expect(.invalidServerVersion) { () throws(CryptoError) in try KeyDerivation(serverVersion: version) }
    }
}
