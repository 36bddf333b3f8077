extension RawSpan {
    @inline(__always)
    func byte(at offset: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }
}

extension [UInt8] {
    /// Appends a part of a span.
    mutating func append(contentsOf bytes: RawSpan, from start: Int, to end: Int) {
        bytes.extracting(start..<end).withUnsafeBytes { append(contentsOf: $0) }
    }
}
