import Testing

@testable import WSECrypto

@Suite("AES-256-GCM")
struct AESGCMTests {
    struct Published: Sendable, CustomTestStringConvertible {
        let name: String, key: String, nonce: String, plaintext: String, ciphertext: String, tag: String
        var testDescription: String { name }
    }

    static let published = [
        Published(
            name: "McGrew and Viega, case 13", key: String(repeating: "00", count: 32),
            nonce: String(repeating: "00", count: 12), plaintext: "", ciphertext: "",
            tag: "530f8afbc74536b9a963b4f1c4cb738b"),
        Published(
            name: "McGrew and Viega, case 14", key: String(repeating: "00", count: 32),
            nonce: String(repeating: "00", count: 12), plaintext: String(repeating: "00", count: 16),
            ciphertext: "cea7403d4d606b6e074ec5d3baf39d18", tag: "d0d1c8a799996bf0265b98b5d48ab919"),
        Published(
            name: "McGrew and Viega, case 15",
            key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            nonce: "cafebabefacedbaddecaf888",
            plaintext: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
            ciphertext: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
            tag: "b094dac5d93471bdec1a502270e3cc6c"),
        Published(
            name: "NIST CAVP gcmEncryptExtIV256, no plaintext, count 0",
            key: "b52c505a37d78eda5dd34f20c22540ea1b58963cf8e5bf8ffa85f9f2492505b4",
            nonce: "516c33929df5a3284ff463d7", plaintext: "", ciphertext: "",
            tag: "bdc1ac884d332457a1d2664f168c76f0"),
        Published(
            name: "NIST CAVP gcmEncryptExtIV256, 128 bits, count 0",
            key: "31bdadd96698c204aa9ce1448ea94ae1fb4a9a0b3c9d773b51bb1822666b8f22",
            nonce: "0d18e06c7c725ac9e362e1ce", plaintext: "2db5168e932556f8089a0622981d017d",
            ciphertext: "fa4362189661d163fcd6a56d8bf0405a", tag: "d636ac1bbedd5cc3ee727dc2ab4a9489"),
        Published(
            name: "NIST CAVP gcmEncryptExtIV256, 408 bits, count 0",
            key: "1fded32d5999de4a76e0f8082108823aef60417e1896cf4218a2fa90f632ec8a",
            nonce: "1f3afa4711e9474f32e70462",
            plaintext:
                "06b2c75853df9aeb17befd33cea81c630b0fc53667ff45199c629c8e15dce41e530aa792f796b8138eeab2e8"
                + "6c7b7bee1d40b0",
            ciphertext:
                "91fbd061ddc5a7fcc9513fcdfdc9c3a7c5d4d64cedf6a9c24ab8a77c36eefbf1c5dc00bc50121b96456c8cd8"
                + "b6ff1f8b3e480f",
            tag: "30096d340f3d5c42d82a6f475def23eb"),
    ]

    private func seal(_ plaintext: [UInt8], key: [UInt8], nonce: [UInt8]) throws(CryptoError) -> [UInt8] {
        var sealer = try AESGCMSealer(key: try .of(key))
        return try Self.seal(plaintext, nonce: nonce, with: &sealer)
    }

    private static func seal(
        _ plaintext: [UInt8], nonce: [UInt8], with sealer: inout AESGCMSealer
    ) throws(CryptoError) -> [UInt8] {
        let output = UnsafeMutableRawBufferPointer.allocate(
            byteCount: plaintext.count + AESGCM.overhead, alignment: 1)
        defer { output.deallocate() }
        let start = nonce.withUnsafeBytes { Nonce(at: $0.baseAddress!) }
        try plaintext.withSpan { (span) throws(CryptoError) in
            try sealer.seal(span, nonce: start, to: output.baseAddress!)
        }
        return Array(output)
    }

    private static func open(_ sealed: [UInt8], with opener: inout AESGCMOpener) throws(CryptoError)
        -> [UInt8]
    {
        let output = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(sealed.count - AESGCM.overhead, 0), alignment: 1)
        defer { output.deallocate() }
        let input = UnsafeMutableRawBufferPointer.allocate(byteCount: sealed.count, alignment: 1)
        defer { input.deallocate() }
        input.copyBytes(from: sealed)
        try opener.open(UnsafeRawBufferPointer(input), to: output)
        return Array(output)
    }

    @Test("seals and opens the published messages", arguments: published)
    func publishedMessages(example: Published) throws {
        let sealed = try seal(hex(example.plaintext), key: hex(example.key), nonce: hex(example.nonce))
        #expect(sealed == hex(example.nonce + example.ciphertext + example.tag))
        var opener = try AESGCMOpener(key: try .of(hex(example.key)))
        #expect(try Self.open(sealed, with: &opener) == hex(example.plaintext))
    }

    @Test("seals what Python sealed, byte for byte, and opens it")
    func pythonVectors() throws {
        for example in try PythonVectors.load().sealed {
            let body = hex(example.body)
            let sealed = try seal(
                hex(example.plaintext), key: hex(example.key), nonce: Array(body.prefix(12)))
            #expect(sealed == body)
            var opener = try AESGCMOpener(key: try .of(hex(example.key)))
            #expect(try Self.open(body, with: &opener) == hex(example.plaintext))
        }
    }

    @Test("one context seals and opens many messages of all lengths, whatever came before")
    func reuse() throws {
        let key = pattern(32)
        var sealer = try AESGCMSealer(key: try .of(key))
        var opener = try AESGCMOpener(key: try .of(key))
        for count in Array(0...300) + [65_535, 65_536, 1 << 20, 3, 0] {
            let nonce = Array(pattern(count % 7 + 12).suffix(12))
            let sealed = try Self.seal(pattern(count), nonce: nonce, with: &sealer)
            #expect(try sealed == seal(pattern(count), key: key, nonce: nonce), "a fresh context agrees")
            var forged = sealed
            forged[12 + count / 2] ^= 1
            expect(.authenticationFailed) { () throws(CryptoError) in try Self.open(forged, with: &opener) }
            #expect(try Self.open(sealed, with: &opener) == pattern(count))
        }
    }

    @Test("refuses a message with any one bit wrong, and leaves nothing of it in the output")
    func flippedBits() throws {
        let key = pattern(32)
        var opener = try AESGCMOpener(key: try .of(key))
        let sealed = try seal(pattern(40), key: key, nonce: pattern(12))
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 40, alignment: 1)
        defer { output.deallocate() }
        for bit in 0..<(sealed.count * 8) {
            var forged = sealed
            forged[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            output.initializeMemory(as: UInt8.self, repeating: 0xff)
            expect(.authenticationFailed, "bit \(bit)") { () throws(CryptoError) in
                let bytes = ContiguousArray(forged)
                let result: Result<Void, CryptoError> = bytes.withUnsafeBytes { input in
                    do throws(CryptoError) {
                        return .success(try opener.open(input, to: output))
                    } catch {
                        return .failure(error)
                    }
                }
                try result.get()
            }
            #expect(output.allSatisfy { $0 == 0 })
        }
        #expect(try Self.open(sealed, with: &opener) == pattern(40))
        #expect(ErrorQueue.isEmpty)
    }

    @Test("refuses keys of another length", arguments: [0, 16, 24, 31, 33, 64])
    func keyLength(count: Int) {
        expect(.invalidKeyLength) { () throws(CryptoError) in try SymmetricKey.of(pattern(count)) }
    }
}
