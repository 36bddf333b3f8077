/// What tells a zlib stream (RFC 1950) from raw deflate (RFC 1951).
enum ZlibStream {
    /// Whether the bytes begin with a zlib header: method 8 and a correct check sum.
    ///
    /// Raw deflate cannot look like this unless its first block is stored with bits set that every compressor
    /// leaves clear.
    static func hasHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= 2 else { return false }
        return bytes[0] & 0x0F == 8 && (UInt32(bytes[0]) << 8 | UInt32(bytes[1])) % 31 == 0
    }
}
