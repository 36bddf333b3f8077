import CCrypto

/// The least that a message needs of libcrypto: a nonce, the bytes, a tag.
struct BareLibcrypto {
    struct Failure: Error {}

    let byteCount: Int

    func measure(_ direction: Direction) throws -> Double {
        guard let cipher = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil), let context = EVP_CIPHER_CTX_new()
        else { throw Failure() }
        defer {
            EVP_CIPHER_CTX_free(context)
            EVP_CIPHER_free(cipher)
        }
        let key = [UInt8](repeating: 1, count: 32)
        var nonce = [UInt8](repeating: 0, count: 12)
        let input = UnsafeMutablePointer<UInt8>.allocate(capacity: byteCount)
        let output = UnsafeMutablePointer<UInt8>.allocate(capacity: byteCount + 16)
        defer {
            input.deallocate()
            output.deallocate()
        }
        input.initialize(repeating: 7, count: byteCount)
        output.initialize(repeating: 0, count: byteCount + 16)
        let tag = output + byteCount
        var count: CInt = 0
        guard EVP_EncryptInit_ex2(context, cipher, key, nonce, nil) == 1 else { throw Failure() }

        func seal() throws {
            nonce[0] &+= 1
            guard EVP_EncryptInit_ex2(context, nil, nil, nonce, nil) == 1,
                EVP_EncryptUpdate(context, output, &count, input, CInt(byteCount)) == 1,
                EVP_EncryptFinal_ex(context, tag, &count) == 1, wse_gcm_tag(context, tag) == 1
            else { throw Failure() }
        }
        guard direction == .open else { return try megabytesPerSecond(byteCount, seal) }

        try seal()
        guard EVP_DecryptInit_ex2(context, cipher, key, nonce, nil) == 1 else { throw Failure() }
        return try megabytesPerSecond(byteCount) {
            guard EVP_DecryptInit_ex2(context, nil, nil, nonce, nil) == 1,
                wse_gcm_expect_tag(context, tag) == 1,
                EVP_DecryptUpdate(context, input, &count, output, CInt(byteCount)) == 1,
                EVP_DecryptFinal_ex(context, input, &count) == 1
            else { throw Failure() }
        }
    }
}
