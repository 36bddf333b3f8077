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
        let start = position
        let status = wse_msgpack_skip(base, count, &position, allowed)
        guard status == wse_msgpack_complete else { throw failure(status, from: start) }
    }

    func expectEnd() throws(WireError) {
        guard position == count else {
            throw WireError(.invalidMessagePack, "bytes after the end of the value", byteOffset: position)
        }
    }

    /// - Parameter start: Where the value begins; the unpacker stands where it noticed.
    @inline(never)
    private func failure(_ status: wse_msgpack_status, from start: Int) -> WireError {
        let (code, message): (WireError.Code, String) =
            switch status {
            case wse_msgpack_truncated: (.invalidMessagePack, "the bytes end in the middle of a value")
            case wse_msgpack_too_deep: (.nestingTooDeep, "nested deeper than allowed")
            case wse_msgpack_invalid_utf8: (.invalidUTF8, "a string that is not UTF-8")
            case wse_msgpack_key_not_string: (.invalidMessagePack, "a map key that is not a string")
            default: (.invalidMessagePack, "no MessagePack value starts like this")
            }
        var place = position
        if status == wse_msgpack_key_not_string {
            var walked = start
            place = firstOddKey(&walked) ?? place
        }
        return WireError(code, message, byteOffset: place)
    }

    /// The first map key that is no string, in bytes that are MessagePack up to there; as deep as the unpacker went at most.
    private func firstOddKey(_ position: inout Int) -> Int? {
        guard position < self.position else { return nil }
        let head = MessagePackHead(base: base, at: position)
        guard head.kind == .array || head.kind == .map else {
            var reader = MessagePackReader(base: base, position: position)
            reader.skipValue()
            position = reader.position
            return nil
        }
        position &+= head.size
        for _ in 0..<head.count {
            if head.kind == .map {
                guard MessagePackHead(base: base, at: position).kind == .string else { return position }
                if let key = firstOddKey(&position) { return key }
            }
            if let key = firstOddKey(&position) { return key }
        }
        return nil
    }
}
