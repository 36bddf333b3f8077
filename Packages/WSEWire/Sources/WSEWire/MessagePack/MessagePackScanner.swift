import CMessagePack

/// Validates MessagePack and finds where values end, without building them.
///
/// Judging bytes is libmsgpack-c's work: its unpacker, instantiated in the target `CMessagePack` with callbacks
/// that keep nothing. What is read later, by ``MessagePackReader``, it has accepted.
///
/// `base` points at `count` bytes that are followed by at least ``MessagePackHead/padding`` zero bytes, so reading
/// a head is safe at any index up to `count`.
struct MessagePackScanner {
    let base: UnsafePointer<UInt8>
    let count: Int
    var position: Int

    /// Checks the value at the current position and moves behind it.
    ///
    /// - Parameter depth: How many containers are open around it.
    @inline(__always)
    mutating func skipValue(depth: Int, maximumDepth: Int) throws(WireError) {
        // At most 1,024; see WireLimits.
        let allowed = UInt32(clamping: maximumDepth &- depth)
        let status = wse_msgpack_skip(base, count, &position, allowed)
        guard status == wse_msgpack_complete else { throw failure(status) }
    }

    func expectEnd() throws(WireError) {
        guard position == count else {
            throw WireError(.invalidMessagePack, "bytes after the end of the value", byteOffset: position)
        }
    }

    private func failure(_ status: wse_msgpack_status) -> WireError {
        let (code, message): (WireError.Code, String) =
            switch status {
            case wse_msgpack_truncated: (.invalidMessagePack, "the bytes end in the middle of a value")
            case wse_msgpack_too_deep: (.nestingTooDeep, "nested deeper than allowed")
            case wse_msgpack_invalid_utf8: (.invalidUTF8, "a string that is not UTF-8")
            case wse_msgpack_key_not_string: (.invalidMessagePack, "a map key that is not a string")
            default: (.invalidMessagePack, "no MessagePack value starts like this")
            }
        return WireError(code, message, byteOffset: position)
    }
}
