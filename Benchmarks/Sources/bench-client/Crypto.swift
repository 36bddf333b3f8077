import CLibcrypto
import WSECrypto

/// Sealing messages of 230 bytes, beside the least that libcrypto can be asked for: a nonce, the bytes, a tag.
enum Crypto {
    static let size = 230

    static func measure() throws -> Report {
        let key = [UInt8](repeating: 1, count: SymmetricKey.byteCount)
        let sender = try key.withUnsafeBytes {
            try SessionCipher(key: SymmetricKey(copying: RawSpan(_unsafeBytes: $0)))
        }
        let plaintext = [UInt8](repeating: 7, count: size)
        var frame: [UInt8] = []
        func seal() throws {
            frame.removeAll(keepingCapacity: true)
            try plaintext.withUnsafeBytes { try sender.seal(RawSpan(_unsafeBytes: $0), appendingTo: &frame) }
        }
        try seal()
        let receiver = try key.withUnsafeBytes {
            try SessionCipher(key: SymmetricKey(copying: RawSpan(_unsafeBytes: $0)))
        }
        try check(try receiver.open(Array(frame.dropFirst(2))) == plaintext, "sealed wrongly")
        var report = Report()
        report.add("seal", try secondsPerCall { try seal() })
        report.add("floor_seal", try bare(key, plaintext))
        return report
    }

    private static func bare(_ key: [UInt8], _ plaintext: [UInt8]) throws -> Double {
        guard let cipher = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil), let context = EVP_CIPHER_CTX_new()
        else {
            throw Broken("libcrypto has no AES-256-GCM")
        }
        defer {
            EVP_CIPHER_CTX_free(context)
            EVP_CIPHER_free(cipher)
        }
        var nonce = [UInt8](repeating: 0, count: 12)
        var output = [UInt8](repeating: 0, count: plaintext.count + 16)
        var count: CInt = 0
        guard EVP_EncryptInit_ex2(context, cipher, key, nonce, nil) == 1 else { throw Broken("no cipher") }
        return try secondsPerCall {
            nonce[0] &+= 1
            try output.withUnsafeMutableBytes { buffer in
                let start = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
                guard EVP_EncryptInit_ex2(context, nil, nil, nonce, nil) == 1,
                    EVP_EncryptUpdate(context, start, &count, plaintext, CInt(plaintext.count)) == 1,
                    let tag = start.map({ $0 + plaintext.count }),
                    EVP_EncryptFinal_ex(context, tag, &count) == 1, floor_gcm_tag(context, tag) == 1
                else { throw Broken("not sealed") }
            }
        }
    }
}
