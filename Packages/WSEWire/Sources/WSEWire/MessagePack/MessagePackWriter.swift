import CMessagePack

/// Appends MessagePack to a byte array, each value in its shortest form; the packing itself is libmsgpack-c's.
struct MessagePackWriter {
    var bytes: [UInt8] = []

    init(bytes: [UInt8] = []) {
        self.bytes = bytes
    }

    /// Appends what `pack` writes; at most 9 bytes.
    @inline(__always)
    private mutating func append(_ pack: (UnsafeMutablePointer<UInt8>) -> Int) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { scratch in
            let count = pack(scratch.baseAddress.unsafelyUnwrapped)
            bytes.append(contentsOf: UnsafeBufferPointer(start: scratch.baseAddress, count: count))
        }
    }

    mutating func writeNil() {
        bytes.append(0xC0)
    }

    mutating func write(_ value: Bool) {
        bytes.append(value ? 0xC3 : 0xC2)
    }

    @inline(__always)
    mutating func write(_ value: Int64) {
        append { wse_msgpack_pack_int64($0, value) }
    }

    @inline(__always)
    mutating func write(_ value: UInt64) {
        append { wse_msgpack_pack_uint64($0, value) }
    }

    mutating func write(_ value: Float) {
        append { wse_msgpack_pack_float($0, value) }
    }

    mutating func write(_ value: Double) {
        append { wse_msgpack_pack_double($0, value) }
    }

    /// - Throws: ``WireError`` with code `unrepresentable` for more bytes than a 32-bit length can count.
    mutating func write(_ value: String) throws(WireError) {
        var value = value
        let count = try MessagePackWriter.length(value.utf8.count)
        append { wse_msgpack_pack_str($0, count) }
        value.withUTF8 { bytes.append(contentsOf: $0) }
    }

    mutating func write(binary value: [UInt8]) throws(WireError) {
        let count = try MessagePackWriter.length(value.count)
        append { wse_msgpack_pack_bin($0, count) }
        bytes.append(contentsOf: value)
    }

    mutating func writeArrayHead(count: Int) throws(WireError) {
        let count = try MessagePackWriter.length(count)
        append { wse_msgpack_pack_array($0, count) }
    }

    mutating func writeMapHead(count: Int) throws(WireError) {
        let count = try MessagePackWriter.length(count)
        append { wse_msgpack_pack_map($0, count) }
    }

    private static func length(_ count: Int) throws(WireError) -> UInt32 {
        guard let length = UInt32(exactly: count) else {
            throw WireError(.unrepresentable, "MessagePack counts up to 2^32 - 1 only")
        }
        return length
    }

    /// Members in the order of their keys, so that equal values give equal bytes.
    mutating func write(_ value: WSEValue) throws(WireError) {
        switch value {
        case .null: writeNil()
        case .bool(let value): write(value)
        case .int(let value): write(value)
        case .uint(let value): write(value)
        case .double(let value): write(value)
        case .string(let value): try write(value)
        case .binary(let value): try write(binary: value)
        case .ext(let type, let data):
            let count = try MessagePackWriter.length(data.count)
            append { wse_msgpack_pack_ext($0, count, type) }
            bytes.append(contentsOf: data)
        case .array(let elements):
            try writeArrayHead(count: elements.count)
            for element in elements { try write(element) }
        case .object(let members):
            try writeMapHead(count: members.count)
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                try write(key)
                try write(member)
            }
        }
    }

    // MARK: Containers of unknown length

    /// Leaves room for the head of a container whose length is not known yet, enough for up to 15 elements.
    mutating func beginContainer() {
        bytes.append(0)
    }

    /// Writes the head that ``beginContainer()`` left out; for more than 15 elements the content moves up.
    mutating func endContainer(at head: Int, count: Int, isMap: Bool) throws(WireError) {
        if count <= 15 {
            bytes[head] = (isMap ? 0x80 : 0x90) | UInt8(truncatingIfNeeded: count)
            return
        }
        var writer = MessagePackWriter()
        if isMap {
            try writer.writeMapHead(count: count)
        } else {
            try writer.writeArrayHead(count: count)
        }
        bytes.replaceSubrange(head...head, with: writer.bytes)
    }
}
