import Testing
import WSECrypto

@Suite("Base64")
struct Base64Tests {
    /// RFC 4648, section 10.
    @Test(
        "writes and reads the published examples",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ])
    func published(plain: String, text: String) throws {
        #expect(Base64.encode(Array(plain.utf8)) == text)
        #expect(try Base64.decode(text) == Array(plain.utf8))
        let unpadded = String(text.prefix { $0 != "=" })
        #expect(Base64.encode(Array(plain.utf8), .urlSafe) == unpadded)
        #expect(try Base64.decode(unpadded, .urlSafe) == Array(plain.utf8))
    }

    @Test("the alphabets differ in the last two digits")
    func alphabets() throws {
        let bytes: [UInt8] = [0xfb, 0xff, 0xbf]
        #expect(Base64.encode(bytes) == "+/+/")
        #expect(Base64.encode(bytes, .urlSafe) == "-_-_")
        #expect(try Base64.decode("-_-_", .urlSafe) == bytes)
    }

    @Test("every length and every byte survives a round trip")
    func roundTrip() throws {
        for count in 0...257 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            for alphabet in [Base64.Alphabet.standard, .urlSafe] {
                #expect(try Base64.decode(Base64.encode(bytes, alphabet), alphabet) == bytes)
            }
        }
    }

    @Test(
        "refuses whatever is not the one text of some bytes",
        arguments: [
            "A", "AA", "AAA", "AA=", "A===", "====", "=", "==", "A=AA", "AA=A", "AA==AA==", "AAAA=",
            "AAAA====",
            "AB==", "AAB=", "A A=", "AAA\n", " AAAA", "AAAA\n", "-_-_", "-AAA", "_AAA", "AAA*", "ÄAA",
            "AAA\0",
        ])
    func refusedByStandard(text: String) {
        let error = #expect(throws: CryptoError.self) { try Base64.decode(text) }
        #expect(error?.code == .invalidBase64)
    }

    @Test(
        "refuses padding, other digits and stray bits where there is no padding",
        arguments: ["A", "AAAAA", "AA==", "AAA=", "AB", "AAB", "+/+/", "+AAA", "/AAA", "AA A", "AA\n"])
    func refusedByURLSafe(text: String) {
        let error = #expect(throws: CryptoError.self) { try Base64.decode(text, .urlSafe) }
        #expect(error?.code == .invalidBase64)
    }
}

@Suite("Hexadecimal")
struct HexadecimalTests {
    @Test("writes and reads every byte")
    func roundTrip() throws {
        let bytes = Array(UInt8.min...UInt8.max)
        #expect(Hexadecimal.encode([0x00, 0x9a, 0xbc, 0xff]) == "009abcff")
        #expect(try Hexadecimal.decode(Hexadecimal.encode(bytes)) == bytes)
    }

    @Test(
        "refuses anything but pairs of lower-case digits",
        arguments: ["0", "000", "0g", "AB", "0x", " 0", "ä"])
    func refused(text: String) {
        let error = #expect(throws: CryptoError.self) { try Hexadecimal.decode(text) }
        #expect(error?.code == .invalidHexadecimal)
    }
}
