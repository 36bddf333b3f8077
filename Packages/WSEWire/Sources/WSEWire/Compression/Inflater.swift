import CZlib

/// Inflates one message after another with one zlib state, bounded while it works.
///
/// `@unchecked Sendable`: the pointer is the only owner of its memory, the type cannot be copied, and every use
/// is mutating, so exclusivity holds across threads as for any value.
struct Inflater: ~Copyable, @unchecked Sendable {
    /// zlib keeps a pointer back to the stream, so it must not move in memory.
    private var stream: UnsafeMutablePointer<z_stream>?
    private var buffer: [UInt8] = []

    /// Buffers above this are given back after the message that needed them.
    private static let keptCapacity = 256 << 10
    private static let firstCapacity = 16 << 10

    deinit {
        guard let stream else { return }
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Inflates a zlib stream or raw deflate and lends out the result.
    ///
    /// At no time does the output take more than `limit` bytes and one; growing copies, so for a moment half of
    /// that again.
    mutating func inflate<Result>(
        _ source: UnsafeRawBufferPointer, limit: Int,
        _ body: (UnsafeRawBufferPointer) throws(WireError) -> Result
    ) throws(WireError) -> Result {
        // Moved out so that a nested call finds an empty buffer instead of this one.
        var output: [UInt8] = []
        swap(&output, &buffer)
        defer { if output.count <= Inflater.keptCapacity { swap(&output, &buffer) } }
        let count = try inflate(source, limit: limit, into: &output)
        return try output.withUnsafeBufferPointer { (bytes) throws(WireError) in
            try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[..<count])))
        }
    }

    private mutating func inflate(
        _ source: UnsafeRawBufferPointer, limit: Int, into output: inout [UInt8]
    ) throws(WireError) -> Int {
        let stream = try prepare(isZlib: ZlibStream.hasHeader(source))
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
        // Messages are at most 2 GiB, so this is exact.
        stream.pointee.avail_in = UInt32(clamping: source.count)
        var produced = 0
        while true {
            if produced == output.count {
                guard produced <= limit else {
                    throw WireError(.messageTooLarge, "inflates to more than the \(limit) bytes allowed")
                }
                let size = max(output.count &* 2, Inflater.firstCapacity)
                output.append(contentsOf: repeatElement(0, count: min(size, limit &+ 1) - output.count))
            }
            let status = output.withUnsafeMutableBufferPointer { target in
                stream.pointee.next_out = target.baseAddress.map { $0 + produced }
                let room = target.count - produced
                stream.pointee.avail_out = UInt32(clamping: room)
                // To the end: what is inflated in one call needs no window to be kept, neither its 32 KiB nor the copy.
                let status = CZlib.inflate(stream, Z_FINISH)
                produced += Int(UInt32(clamping: room) - stream.pointee.avail_out)
                return status
            }
            switch status {
            case Z_STREAM_END:
                guard produced <= limit else {
                    throw WireError(.messageTooLarge, "inflates to more than the \(limit) bytes allowed")
                }
                guard stream.pointee.avail_in == 0 else {
                    throw failure("bytes after the end of the compressed data", stream, source)
                }
                return produced
            case Z_OK, Z_BUF_ERROR:
                // There is more than room for it, or less than there should be.
                if stream.pointee.avail_out == 0 { continue }
                throw failure("the compressed data ends too early", stream, source)
            case Z_NEED_DICT: throw failure("the compressed data wants a dictionary", stream, source)
            default: throw failure("damaged compressed data", stream, source)
            }
        }
    }

    private func failure(
        _ message: String, _ stream: UnsafeMutablePointer<z_stream>, _ source: UnsafeRawBufferPointer
    ) -> WireError {
        WireError(.invalidCompression, message, byteOffset: source.count - Int(stream.pointee.avail_in))
    }

    /// A stream ready for the next message; made at the first call.
    private mutating func prepare(isZlib: Bool) throws(WireError) -> UnsafeMutablePointer<z_stream> {
        let windowBits = isZlib ? MAX_WBITS : -MAX_WBITS
        if let stream {
            guard inflateReset2(stream, windowBits) == Z_OK else {
                throw WireError(.invalidCompression, "zlib cannot start over")
            }
            return stream
        }
        let created = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        created.initialize(to: z_stream())
        guard
            inflateInit2_(created, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else {
            created.deallocate()
            throw WireError(.invalidCompression, "zlib cannot start")
        }
        stream = created
        return created
    }
}
