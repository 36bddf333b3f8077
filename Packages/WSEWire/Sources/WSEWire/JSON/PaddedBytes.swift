/// A copy of some bytes with the zero padding behind it that ``JSONScanner`` needs.
struct PaddedBytes {
    private let bytes: ContiguousArray<UInt8>

    init(_ source: RawSpan) {
        self = source.withUnsafeBytes { PaddedBytes($0) }
    }

    init(_ source: UnsafeRawBufferPointer) {
        bytes = ContiguousArray(unsafeUninitializedCapacity: source.count + JSONScanner.padding) {
            target, count in
            let raw = UnsafeMutableRawBufferPointer(target)
            raw.copyMemory(from: source)
            for index in source.count..<source.count + JSONScanner.padding { raw[index] = 0 }
            count = source.count + JSONScanner.padding
        }
    }

    func withBytes<Result, Failure: Error>(
        _ body: (UnsafePointer<UInt8>, Int) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withUnsafeBufferPointer { (buffer) throws(Failure) in
            // Never nil: the padding is always there.
            try body(buffer.baseAddress.unsafelyUnwrapped, buffer.count - JSONScanner.padding)
        }
    }
}
