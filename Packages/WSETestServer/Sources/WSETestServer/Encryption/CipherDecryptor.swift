internal import WSECrypto
internal import WSEWire

/// Opens clients' `E:` frames with the connection's cipher.
struct CipherDecryptor: FrameDecryptor {
    let cipher: any MessageCipher

    mutating func open(_ sealed: RawSpan, into plaintext: inout [UInt8]) throws {
        try cipher.open(sealed, into: &plaintext)
    }
}
