import Testing
import WSECrypto

@Suite("Signatures of payloads")
struct PayloadSignatureTests {
    static let now: Int64 = 1_700_000_000
    static let payload = #"{"a":1}"#

    let key: SigningKey

    init() throws {
        key = try SigningKey(copying: Array(repeating: UInt8(ascii: "k"), count: 32))
    }

    private func sign(
        _ payload: String = payload, form: SignatureForm, at time: Int64 = now
    ) throws(CryptoError) -> String {
        let signer = try PayloadSigner(key: key, form: form)
        return try signer.signature(of: Array(payload.utf8), at: time)
    }

    private func verify(
        _ signature: String, _ payload: String = payload, at time: Int64 = now, with verifier: PayloadVerifier
    ) throws(CryptoError) {
        try verifier.verify(signature, of: Array(payload.utf8), at: time)
    }

    private func both() throws(CryptoError) -> PayloadVerifier {
        try PayloadVerifier(key: key, forms: [.plain, .timestamped])
    }

    @Test("makes the plain signature that the server library makes")
    func serverVector() throws {
        let signature = try sign(form: .plain)
        #expect(signature == "f865106e8aa11872154673f6a36d65840f62601e11c18331eb2772687ccc8a31")
        try verify(signature, with: both())
    }

    @Test("makes and verifies both forms as Python does")
    func pythonVectors() throws {
        for example in try PythonVectors.load().signed {
            let key = try SigningKey(copying: hex(example.key))
            let plain = try PayloadSigner(key: key, form: .plain)
            let stamped = try PayloadSigner(key: key, random: FixedBytes(bytes: hex(example.nonce)))
            let verifier = try PayloadVerifier(key: key, forms: [.plain, .timestamped])
            let payload = Array(example.payload.utf8)
            #expect(try plain.signature(of: payload, at: example.unixSeconds) == example.plain)
            #expect(try stamped.signature(of: payload, at: example.unixSeconds) == example.timestamped)
            try verifier.verify(example.plain, of: payload, at: example.unixSeconds)
            try verifier.verify(example.timestamped, of: payload, at: example.unixSeconds)
        }
    }

    @Test("the timestamped form is the default, and has a fresh nonce each time")
    func nonces() throws {
        let signer = try PayloadSigner(key: key)
        #expect(signer.form == .timestamped)
        let signatures = try (0..<100).map { _ in
            try signer.signature(of: [1], at: Self.now)
        }
        #expect(Set(signatures.map { $0.split(separator: ":")[2] }).count == 100)
        #expect(signatures.allSatisfy { $0.split(separator: ":")[1] == "1700000000" })
    }

    @Test("any other payload is refused", arguments: [#"{"a": 1}"#, #"{"a":2}"#, "", #"{"a":1} "#])
    func otherPayload(other: String) throws {
        let verifier = try both()
        let (plain, stamped) = (try sign(form: .plain), try sign(form: .timestamped))
        expect(.signatureMismatch) { () throws(CryptoError) in try verify(plain, other, with: verifier) }
        expect(.payloadMismatch) { () throws(CryptoError) in try verify(stamped, other, with: verifier) }
    }

    @Test("any other key is refused")
    func otherKey() throws {
        let other = try PayloadVerifier(
            key: SigningKey(copying: [1, 2, 3]), forms: [.plain, .timestamped])
        for form in SignatureForm.allCases {
            let signature = try sign(form: form)
            expect(.signatureMismatch) { () throws(CryptoError) in try verify(signature, with: other) }
        }
        expect(.invalidKeyLength) { () throws(CryptoError) in try SigningKey(copying: [UInt8]()) }
    }

    @Test("any one character changed is refused", arguments: SignatureForm.allCases)
    func changedCharacters(form: SignatureForm) throws {
        let verifier = try both()
        let signature = Array(try sign(form: form).utf8)
        for index in signature.indices {
            for character in "0aAf9:g" where UInt8(ascii: character.unicodeScalars.first!) != signature[index]
            {
                var changed = signature
                changed[index] = UInt8(ascii: character.unicodeScalars.first!)
                let text = String(decoding: changed, as: UTF8.self)
                do {
                    try verify(text, with: verifier)
                    Issue.record("accepted with \(character) at \(index)")
                } catch {
                    #expect([.malformedSignature, .signatureMismatch, .payloadMismatch].contains(error.code))
                }
            }
        }
        try verify(String(decoding: signature, as: UTF8.self), with: verifier)
    }

    @Test("a signature of one form does not pass for one of the other")
    func forms() throws {
        let stamped = try sign(form: .timestamped)
        let verifier = try both()
        let code = String(stamped.split(separator: ":")[3])
        expect(.signatureMismatch) { () throws(CryptoError) in try verify(code, with: verifier) }
        let plain = try sign(form: .plain)
        let mixed = stamped.split(separator: ":").dropLast().joined(separator: ":") + ":" + plain
        expect(.signatureMismatch) { () throws(CryptoError) in try verify(mixed, with: verifier) }
    }

    @Test("accepts only the forms it was told to, timestamped ones by default")
    func acceptedForms() throws {
        let byDefault = try PayloadVerifier(key: key)
        let plainOnly = try PayloadVerifier(key: key, forms: [.plain])
        let (plain, stamped) = (try sign(form: .plain), try sign(form: .timestamped))
        expect(.unacceptedSignatureForm) { () throws(CryptoError) in try verify(plain, with: byDefault) }
        expect(.unacceptedSignatureForm) { () throws(CryptoError) in try verify(stamped, with: plainOnly) }
        try verify(stamped, with: byDefault)
        try verify(plain, with: plainOnly)
        try verify(plain, with: plainOnly)
    }

    @Test(
        "text in neither form is refused",
        arguments: [
            "", ":", ":::", "a:b:c:d", "a:b", String(repeating: "0", count: 63),
            String(repeating: "0", count: 65),
            String(repeating: "F", count: 64), String(repeating: "0", count: 100_000),
            String(repeating: ":", count: 100_000),
        ])
    func malformed(text: String) throws {
        let verifier = try both()
        expect(.malformedSignature) { () throws(CryptoError) in try verify(text, with: verifier) }
    }

    @Test(
        "times in another form than plain digits are refused",
        arguments: [
            "", "-1", "+1", "01", "1.0", " 1", "1e9", "1000000000000000", "99999999999999999999", "٣",
        ])
    func malformedTime(time: String) throws {
        let verifier = try both()
        var parts = try sign(form: .timestamped).split(separator: ":").map(String.init)
        parts[1] = time
        let text = parts.joined(separator: ":")
        expect(.malformedSignature) { () throws(CryptoError) in try verify(text, with: verifier) }
    }

    @Test(
        "a time that a signature cannot state is refused when signing",
        arguments: [-1, .min, .max, 1_000_000_000_000_000])
    func impossibleTime(time: Int64) throws {
        expect(.invalidTime) { () throws(CryptoError) in try sign(form: .timestamped, at: time) }
        #expect(throws: Never.self) { try sign(form: .plain, at: time) }
    }
}
