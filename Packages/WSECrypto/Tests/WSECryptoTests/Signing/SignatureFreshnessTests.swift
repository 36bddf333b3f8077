import Testing
import WSECrypto

@Suite("Age and reuse of signatures")
struct SignatureFreshnessTests {
    static let now: Int64 = 1_700_000_000

    let signer: PayloadSigner
    let key: SigningKey

    init() throws {
        key = try SigningKey(copying: pattern(32))
        signer = try PayloadSigner(key: key)
    }

    private func sign(at time: Int64) throws(CryptoError) -> String {
        try signer.signature(of: [1], at: time)
    }

    private func verify(
        _ signature: String, at time: Int64, with verifier: PayloadVerifier
    ) throws(CryptoError) {
        try verifier.verify(signature, of: [1], at: time)
    }

    @Test("is good within the age window, to the second")
    func window() throws {
        let verifier = try PayloadVerifier(key: key)
        for age in [-30, 0, 1, 299, 300] as [Int64] {
            try verify(sign(at: Self.now - age), at: Self.now, with: verifier)
        }
        let (old, future) = (try sign(at: Self.now - 301), try sign(at: Self.now + 31))
        expect(.signatureTooOld) { () throws(CryptoError) in try verify(old, at: Self.now, with: verifier) }
        expect(.signatureFromTheFuture) { () throws(CryptoError) in
            try verify(future, at: Self.now, with: verifier)
        }
    }

    @Test("the window can be set, and is brought into its range")
    func configuredWindow() throws {
        let verifier = try PayloadVerifier(key: key, maximumAge: .seconds(10), clockTolerance: .zero)
        try verify(sign(at: Self.now - 10), at: Self.now, with: verifier)
        let (old, future) = (try sign(at: Self.now - 11), try sign(at: Self.now + 1))
        expect(.signatureTooOld) { () throws(CryptoError) in try verify(old, at: Self.now, with: verifier) }
        expect(.signatureFromTheFuture) { () throws(CryptoError) in
            try verify(future, at: Self.now, with: verifier)
        }
        let extreme = try PayloadVerifier(
            key: key, maximumAge: .seconds(Int64.max), clockTolerance: .seconds(Int64.min),
            nonceCapacity: .min)
        #expect(extreme.maximumAge == .seconds(86_400) && extreme.clockTolerance == .zero)
        try verify(sign(at: Self.now), at: Self.now, with: extreme)
    }

    @Test("is good once, as long as it would be good at all")
    func replay() throws {
        let verifier = try PayloadVerifier(key: key)
        let signature = try sign(at: Self.now)
        try verify(signature, at: Self.now, with: verifier)
        for later in [0, 1, 150, 300] as [Int64] {
            expect(.replayedSignature) { () throws(CryptoError) in
                try verify(signature, at: Self.now + later, with: verifier)
            }
        }
        expect(.signatureTooOld) { () throws(CryptoError) in
            try verify(signature, at: Self.now + 301, with: verifier)
        }
    }

    @Test("a forgery does not use up the nonce of the true signature")
    func forgeryFirst() throws {
        let verifier = try PayloadVerifier(key: key)
        let signature = try sign(at: Self.now)
        let forged = signature.dropLast() + (signature.last == "0" ? "1" : "0")
        expect(.signatureMismatch) { () throws(CryptoError) in
            try verify(String(forged), at: Self.now, with: verifier)
        }
        try verify(signature, at: Self.now, with: verifier)
    }

    @Test("more signatures than can be remembered are refused, until the oldest are too old")
    func capacity() throws {
        let verifier = try PayloadVerifier(key: key, nonceCapacity: 10)
        let used = try (0..<10).map { try sign(at: Self.now + $0) }
        for (second, signature) in used.enumerated() {
            try verify(signature, at: Self.now + Int64(second), with: verifier)
        }
        let next = try sign(at: Self.now + 10)
        expect(.nonceCacheFull) { () throws(CryptoError) in
            try verify(next, at: Self.now + 300, with: verifier)
        }
        // One second later the first of them is too old, and makes room for one.
        try verify(next, at: Self.now + 301, with: verifier)
        let another = try sign(at: Self.now + 301)
        expect(.nonceCacheFull) { () throws(CryptoError) in
            try verify(another, at: Self.now + 301, with: verifier)
        }
        for signature in used.dropFirst() {
            expect(.replayedSignature) { () throws(CryptoError) in
                try verify(signature, at: Self.now + 301, with: verifier)
            }
        }
    }

    @Test("a clock that goes back does not bring forgotten signatures back to life")
    func clockGoesBack() throws {
        let verifier = try PayloadVerifier(key: key, nonceCapacity: 2)
        let first = try sign(at: Self.now)
        try verify(first, at: Self.now, with: verifier)
        try verify(sign(at: Self.now + 301), at: Self.now + 301, with: verifier)
        // This one needs room, so the first is forgotten.
        try verify(sign(at: Self.now + 301), at: Self.now + 301, with: verifier)
        expect(.signatureTooOld) { () throws(CryptoError) in try verify(first, at: Self.now, with: verifier) }
    }

    @Test("the most extreme times do no harm", arguments: [Int64.min, -1, 0, 1, 999_999_999_999_999, .max])
    func extremeClock(time: Int64) throws {
        let verifier = try PayloadVerifier(key: key, clockTolerance: .seconds(86_400))
        for signed in [0, 1, 999_999_999_999_999] as [Int64] {
            let signature = try sign(at: signed)
            do {
                try verify(signature, at: time, with: verifier)
            } catch {
                #expect([.signatureTooOld, .signatureFromTheFuture].contains(error.code))
            }
        }
    }
}
