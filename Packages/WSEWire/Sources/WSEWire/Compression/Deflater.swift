import CZlib

/// Compresses one message after another with one zlib state, at level 6.
///
/// `@unchecked Sendable`: the pointer is the only owner of its memory, the type cannot be copied, and every use
/// is mutating, so exclusivity holds across threads as for any value.
struct Deflater: ~Copyable, @unchecked Sendable {
    /// zlib keeps a pointer back to the stream, so it must not move in memory.
    private var stream: UnsafeMutablePointer<z_stream>?

    private static let level: Int32 = 6
    private static let memoryLevel: Int32 = 8

    deinit {
        guard let stream else { return }
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Appends the source as a zlib stream.
    ///
    /// - Throws: ``WireError`` if zlib gets no memory, or for 4 GiB or more; `target` is as before then.
    mutating func deflate(
        _ source: UnsafeRawBufferPointer, into target: inout [UInt8]
    ) throws(WireError) {
        let stream = try prepare()
        let start = target.count
        let bound = Int(deflateBound(stream, UInt(source.count)))
        guard let sourceCount = UInt32(exactly: source.count), let room = UInt32(exactly: bound) else {
            throw WireError(.messageTooLarge, "\(source.count) bytes are too many to compress at once")
        }
        target.append(contentsOf: repeatElement(0, count: bound))
        let status = target.withUnsafeMutableBufferPointer { buffer in
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
            stream.pointee.avail_in = sourceCount
            stream.pointee.next_out = buffer.baseAddress.map { $0 + start }
            stream.pointee.avail_out = room
            return CZlib.deflate(stream, Z_FINISH)
        }
        guard status == Z_STREAM_END else {
            target.removeSubrange(start...)
            throw WireError(.invalidCompression, "zlib cannot compress the message")
        }
        target.removeLast(Int(stream.pointee.avail_out))
    }

    /// A stream ready for the next message; made at the first call.
    private mutating func prepare() throws(WireError) -> UnsafeMutablePointer<z_stream> {
        if let stream {
            guard deflateReset(stream) == Z_OK else {
                throw WireError(.invalidCompression, "zlib cannot start over")
            }
            return stream
        }
        let created = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        created.initialize(to: z_stream())
        guard
            deflateInit2_(
                created, Deflater.level, Z_DEFLATED, MAX_WBITS, Deflater.memoryLevel, Z_DEFAULT_STRATEGY,
                ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else {
            created.deallocate()
            throw WireError(.invalidCompression, "zlib cannot start")
        }
        stream = created
        return created
    }
}
