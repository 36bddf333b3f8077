import CCrypto

/// Memory for key material: it cannot be copied or printed, and is overwritten before it is given back.
///
/// `@unchecked Sendable`: it owns the memory alone, cannot be copied, and only writes to it through `mutating`
/// functions, which Swift allows to one thread at a time.
struct SecretBytes: ~Copyable, @unchecked Sendable {
    private let memory: UnsafeMutableRawBufferPointer

    /// - Parameter zeroes: How many bytes, all zero at first.
    init(zeroes count: Int) {
        memory = .allocate(byteCount: count, alignment: MemoryLayout<UInt64>.alignment)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
    }

    init(copying bytes: RawSpan) {
        memory = .allocate(byteCount: bytes.byteCount, alignment: MemoryLayout<UInt64>.alignment)
        bytes.withUnsafeBytes { memory.copyMemory(from: $0) }
    }

    deinit {
        // A plain write to memory that is about to be freed could be optimised away.
        OPENSSL_cleanse(memory.baseAddress, memory.count)
        memory.deallocate()
    }

    var byteCount: Int { memory.count }

    func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(memory)))
    }

    mutating func withMutableBytes<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(memory)
    }
}
