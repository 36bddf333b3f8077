import WSECrypto

/// Messages sealed and opened as a client does it.
struct SessionMessages {
    let byteCount: Int
    private let plaintext: ContiguousArray<UInt8>

    init(byteCount: Int) {
        self.byteCount = byteCount
        plaintext = ContiguousArray(repeating: 7, count: byteCount)
    }

    func measure(_ direction: Direction) throws -> Double {
        let bytes = ContiguousArray<UInt8>(repeating: 1, count: SymmetricKey.byteCount)
        let sender = try SessionCipher(key: SymmetricKey(copying: bytes.span.bytes))
        let receiver = try SessionCipher(key: SymmetricKey(copying: bytes.span.bytes))
        switch direction {
        case .seal:
            var frame: [UInt8] = []
            return try megabytesPerSecond(byteCount) {
                frame.removeAll(keepingCapacity: true)
                try sender.seal(plaintext.span.bytes, appendingTo: &frame)
            }
        case .open:
            return try measureOpening(sender, receiver)
        }
    }

    /// No frame opens twice, so there must be many; as many as stay in the cache, made anew outside of the
    /// measured time.
    private func measureOpening(_ sender: SessionCipher, _ receiver: SessionCipher) throws -> Double {
        let clock = ContinuousClock()
        let batch = max(1, (1 << 18) / byteCount)
        var frames: [ContiguousArray<UInt8>] = []
        var plaintext: [UInt8] = []
        var elapsed = Duration.zero
        var calls = 0
        while elapsed < .milliseconds(300) {
            frames.removeAll(keepingCapacity: true)
            for _ in 0..<batch {
                var frame: [UInt8] = []
                try sender.seal(self.plaintext.span.bytes, appendingTo: &frame)
                frames.append(ContiguousArray(frame.dropFirst(2)))
            }
            let start = clock.now
            for frame in frames { try receiver.open(frame.span.bytes, into: &plaintext) }
            elapsed += clock.now - start
            calls += batch
        }
        let (seconds, attoseconds) = elapsed.components
        return Double(calls * byteCount) / (Double(seconds) + Double(attoseconds) * 1e-18) / 1e6
    }
}
