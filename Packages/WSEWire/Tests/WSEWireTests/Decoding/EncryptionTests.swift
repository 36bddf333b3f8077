import Testing
import WSEWire

/// Not a cipher: what is sealed is the message with every bit turned over.
private struct Inverting: FrameDecryptor {
    struct Forged: Error {}

    func open(_ sealed: RawSpan, into plaintext: inout [UInt8]) throws {
        #expect(plaintext.isEmpty)
        sealed.withUnsafeBytes { bytes in plaintext.append(contentsOf: bytes.map { ~$0 }) }
        if plaintext.starts(with: "forged".utf8) { throw Forged() }
    }

    static func seal(_ bytes: [UInt8]) -> [UInt8] { Array("E:".utf8) + bytes.map { ~$0 } }
    static func seal(_ text: String) -> [UInt8] { seal(Array(text.utf8)) }
}

@Suite struct EncryptionTests {
    @Test func withoutADecryptorTheSealedBytesComeOut() throws {
        let items = decode(Array("E:secret".utf8))
        guard case .encrypted(let sealed) = items.first else {
            Issue.record("not handed out")
            return
        }
        #expect(sealed == Array("secret".utf8))
    }

    @Test func whatWasHeldIsDecodedLater() throws {
        let decoder = TestDecoder()
        decoder.decode(Inverting.seal(#"{"t":"early"}"#))
        guard case .encrypted(let sealed) = decoder.items.first else {
            Issue.record("not handed out")
            return
        }
        decoder.setDecryptor(Inverting())
        decoder.items = []
        decoder.decodeEncrypted(sealed)
        #expect(decoder.items.events.map(\.type) == ["early"])
    }

    @Test func plaintextIsDecodedInEveryForm() throws {
        let compressed = Array("C:".utf8) + deflated(Array(#"{"t":"x"}"#.utf8))
        for sealed in [
            Inverting.seal(#"{"t":"x"}"#), Inverting.seal(#"U{"t":"x"}"#), Inverting.seal(compressed),
        ] {
            #expect(decode(sealed, decryptor: Inverting()).events.map(\.type) == ["x"])
        }
    }

    @Test func oneDecoderOpensManyFrames() throws {
        let decoder = TestDecoder(decryptor: Inverting())
        for index in 0..<5 {
            decoder.decode(Inverting.seal("{\"t\":\"x\(index)\"}"))
            decoder.decode(Inverting.seal("forged"))
        }
        #expect(decoder.items.events.map(\.type) == ["x0", "x1", "x2", "x3", "x4"])
        #expect(decoder.items.errors.map(\.code) == Array(repeating: .undecryptable, count: 5))
        #expect(decoder.items.errors.allSatisfy { $0.underlying is Inverting.Forged })
    }

    @Test func encryptedInsideEncryptedIsRefused() throws {
        let twice = Inverting.seal(Inverting.seal(#"{"t":"x"}"#))
        #expect(decode(twice, decryptor: Inverting()).errors.map(\.code) == [.nestingTooDeep])
        let compressed = Array("C:".utf8) + deflated(twice)
        #expect(decode(compressed, decryptor: Inverting()).errors.map(\.code) == [.nestingTooDeep])
    }

    @Test func sizeIsLimitedBeforeAndAfter() throws {
        let sealed = Inverting.seal(#"{"t":"x"}"#)
        let limits = WireLimits(maximumMessageSize: 8)
        #expect(
            decode(sealed, limits: limits, decryptor: Inverting()).errors.map(\.code) == [.messageTooLarge])
        let decoder = TestDecoder(limits: limits, decryptor: Inverting())
        decoder.decodeEncrypted(sealed)
        #expect(decoder.items.errors.map(\.code) == [.messageTooLarge])
        // What is sealed fits, and what comes out of it does not.
        let growing = decode(Inverting.seal("{}"), limits: limits, decryptor: Doubling())
        #expect(growing.errors.map(\.code) == [.messageTooLarge])
    }

    /// Opens to more than was sealed.
    private struct Doubling: FrameDecryptor {
        func open(_ sealed: RawSpan, into plaintext: inout [UInt8]) throws {
            plaintext = Array(#"{"t":"more than the limit"}"#.utf8)
        }
    }
}
