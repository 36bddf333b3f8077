import CMessagePack

/// Writing MessagePack, each value in its shortest form; the packing itself is libmsgpack-c's.
extension OutputBuffer {
    /// The longest head or scalar that the packer writes.
    private static let packedSize = 9

    mutating func packNil() {
        append(0xC0)
    }

    mutating func pack(_ value: Bool) {
        append(value ? 0xC3 : 0xC2)
    }

    @inline(__always)
    mutating func pack(_ value: Int64) {
        store(atMost: OutputBuffer.packedSize) { wse_msgpack_pack_int64($0, value) }
    }

    @inline(__always)
    mutating func pack(_ value: UInt64) {
        store(atMost: OutputBuffer.packedSize) { wse_msgpack_pack_uint64($0, value) }
    }

    mutating func pack(_ value: Float) {
        store(atMost: OutputBuffer.packedSize) { wse_msgpack_pack_float($0, value) }
    }

    mutating func pack(_ value: Double) {
        store(atMost: OutputBuffer.packedSize) { wse_msgpack_pack_double($0, value) }
    }

    /// - Throws: ``WireError`` with code `unrepresentable` for more bytes than a 32-bit length can count.
    @inline(__always)
    mutating func pack(_ value: String) throws(WireError) {
        var value = value
        let count = try OutputBuffer.length(value.utf8.count)
        store(atMost: OutputBuffer.packedSize) { wse_msgpack_pack_str($0, count) }
        value.withUTF8 { append($0) }
    }

    mutating func pack(binary value: [UInt8]) throws(WireError) {
        let count = try OutputBuffer.length(value.count)
        store(atMost: OutputBuffer.packedSize) { wse_msgpack_pack_bin($0, count) }
        append(value)
    }

    mutating func packArrayHead(count: Int) throws(WireError) {
        let count = try OutputBuffer.length(count)
        store(atMost: OutputBuffer.packedSize) { wse_msgpack_pack_array($0, count) }
    }

    mutating func packMapHead(count: Int) throws(WireError) {
        let count = try OutputBuffer.length(count)
        store(atMost: OutputBuffer.packedSize) { wse_msgpack_pack_map($0, count) }
    }

    @inline(__always)
    private static func length(_ count: Int) throws(WireError) -> UInt32 {
        guard let length = UInt32(exactly: count) else {
            throw WireError(.unrepresentable, "MessagePack counts up to 2^32 - 1 only")
        }
        return length
    }

    /// Members in the order of their keys, so that equal values give equal bytes.
    ///
    /// - Parameter depth: How many containers are open around it.
    mutating func pack(_ value: WSEValue, depth: Int = 0) throws(WireError) {
        switch value {
        case .null: packNil()
        case .bool(let value): pack(value)
        case .int(let value): pack(value)
        case .uint(let value): pack(value)
        case .double(let value): pack(value)
        case .string(let value): try pack(value)
        case .binary(let value): try pack(binary: value)
        case .ext(let type, let data):
            let count = try OutputBuffer.length(data.count)
            store(atMost: OutputBuffer.packedSize) { wse_msgpack_pack_ext($0, count, type) }
            append(data)
        case .array(let elements):
            try WireLimits.checkDepth(depth)
            try packArrayHead(count: elements.count)
            for element in elements { try pack(element, depth: depth + 1) }
        case .object(let members):
            try WireLimits.checkDepth(depth)
            try packMapHead(count: members.count)
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                try pack(key)
                try pack(member, depth: depth + 1)
            }
        }
    }

    // MARK: Containers of unknown length

    /// Leaves room for the head of a container whose length is not known yet, enough for up to 15 elements.
    mutating func beginContainer() {
        append(0)
    }

    /// Writes the head that ``beginContainer()`` left out; for more than 15 elements the content moves up.
    mutating func endContainer(at head: Int, count: Int, isMap: Bool) throws(WireError) {
        if count <= 15 {
            let lead = (isMap ? 0x80 : 0x90) | UInt8(truncatingIfNeeded: count)
            return withUnsafeBytes(of: lead) { replace(byteAt: head, with: $0) }
        }
        var buffer = OutputBuffer(capacity: 16)
        if isMap {
            try buffer.packMapHead(count: count)
        } else {
            try buffer.packArrayHead(count: count)
        }
        replace(byteAt: head, with: buffer.bytes)
    }
}
