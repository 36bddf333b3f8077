#if canImport(Glibc)
    import Testing

    @testable import WSECrypto

    /// Looks for keys in the whole memory of the process while they are in use and after their release.
    @Suite("Keys are wiped", .serialized)
    struct WipingTests {
        /// A number that stands nowhere else: random, below the order of the curve, in memory of its own.
        final class Secret {
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 32, alignment: 16)
            /// The same, least significant byte first, as libcrypto keeps large numbers.
            let reversed = UnsafeMutableRawBufferPointer.allocate(byteCount: 32, alignment: 16)

            init() throws {
                var span = MutableRawSpan(_unsafeBytes: bytes)
                try SecureRandom().fill(&span)
                bytes[0] &= 0x7f
                reverse()
            }

            func reverse() {
                for index in 0..<32 { reversed[31 - index] = bytes[index] }
            }

            deinit {
                bytes.deallocate()
                reversed.deallocate()
            }

            var span: UnsafeRawBufferPointer { UnsafeRawBufferPointer(bytes) }

            var occurrences: Int {
                OwnMemory.occurrences(of: UnsafeRawBufferPointer(bytes))
                    + OwnMemory.occurrences(of: UnsafeRawBufferPointer(reversed))
            }
        }

        let secret: Secret

        init() throws {
            secret = try Secret()
        }

        @Test("the search finds what is there, and only that")
        func search() {
            #expect(secret.occurrences == 0)
            var copy = SecretBytes(zeroes: 32)
            copy.withMutableBytes { $0.copyMemory(from: secret.span) }
            #expect(secret.occurrences == 1)
        }

        @Test("a symmetric key, and what a session cipher keeps of it")
        func symmetricKey() throws {
            do {
                let key = try SymmetricKey(copying: RawSpan(_unsafeBytes: secret.span))
                let cipher = try SessionCipher(key: key)
                let peer = try SessionCipher(key: key)
                #expect(try peer.open(frame: cipher.seal([1, 2, 3])) == [1, 2, 3])
                #expect(secret.occurrences > 0)
            }
            #expect(secret.occurrences == 0)
        }

        @Test("a signing key, and what signer and verifier keep of it")
        func signingKey() throws {
            do {
                let key = try SigningKey(copying: RawSpan(_unsafeBytes: secret.span))
                let signer = try PayloadSigner(key: key)
                let verifier = try PayloadVerifier(key: key)
                try verifier.verify(signer.signature(of: [1], at: 1), of: [1], at: 1)
                #expect(secret.occurrences > 0)
            }
            #expect(secret.occurrences == 0)
        }

        @Test("a private key")
        func privateKey() throws {
            do {
                let key = try P256PrivateKey(scalar: RawSpan(_unsafeBytes: secret.span))
                let peer = try P256PrivateKey()
                _ = try key.sharedSecret(with: peer.publicKey)
                #expect(secret.occurrences > 0)
            }
            #expect(secret.occurrences == 0)
        }

        @Test("a shared secret, and the key derived of it")
        func sharedSecret() throws {
            let (first, second) = (secret, try Secret())
            do {
                let own = try P256PrivateKey()
                let shared = try own.sharedSecret(with: P256PrivateKey().publicKey)
                shared.withBytes { $0.withUnsafeBytes { first.bytes.copyMemory(from: $0) } }
                first.reverse()
                let key = try shared.key(.current)
                key.withBytes { $0.withUnsafeBytes { second.bytes.copyMemory(from: $0) } }
                second.reverse()
                #expect(first.occurrences > 0)
                #expect(second.occurrences > 0)
            }
            #expect(first.occurrences == 0)
            #expect(second.occurrences == 0)
        }
    }
#endif
