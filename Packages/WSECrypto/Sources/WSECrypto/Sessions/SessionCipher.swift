import Synchronization

/// AES-256-GCM for the messages of one connection (PROTOCOL section 9).
///
/// Both sides seal under the one key of a connection and bind nothing else to a message, so nonces carry the whole
/// burden. What follows from that, and holds without luck:
/// - This side never seals two messages with one nonce, nor with one that the peer was seen to use: it counts from
///   a random start, and stops at an error before it could meet a nonce again.
/// - A message that this side sealed is refused when it comes back.
/// - A message is opened once; ``Configuration/InboundNonces`` says how far back that reaches, and what can be said
///   about order.
///
/// A class, because the sending and the receiving side of a connection, which run apart from each other, need the
/// same session. Each direction has its own lock.
public final class SessionCipher: MessageCipher, CustomReflectable {
    private let sealer: Mutex<AESGCMSealer>
    private let inbound: Mutex<InboundSession>
    /// Used by both directions, and only for as long as a few comparisons take.
    private let nonces: Mutex<NonceSequence>

    /// - Parameters:
    ///   - key: A key that nobody seals with but the two sides of this connection. A second cipher of the same key on
    ///     the same side would start at another random nonce and could meet those of the first.
    ///   - configuration: How many messages, and what is remembered of them.
    ///   - random: Where the first nonce comes from; a test's source must never serve a real session.
    /// - Throws: ``CryptoError`` with code `libraryFailure`.
    public init(
        key: borrowing SymmetricKey, configuration: Configuration = Configuration(),
        random: some RandomByteSource = SecureRandom()
    ) throws(CryptoError) {
        let bytes = try random.bytes(count: Nonce.byteCount + 2 * MemoryLayout<UInt64>.size)
        let (start, seeds) = bytes.withUnsafeBytes { buffer in
            let high = UInt128(buffer.loadUnaligned(as: UInt64.self)) << 32
            let low = UInt128(buffer.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
            let first = buffer.loadUnaligned(fromByteOffset: 12, as: UInt64.self)
            let second = buffer.loadUnaligned(fromByteOffset: 20, as: UInt64.self)
            return (Nonce(high | low), (first, second))
        }
        let guardian: NonceGuard =
            switch configuration.inboundNonces {
            case .random: .unique(NonceHistory(capacity: configuration.replayWindow, seeds: seeds))
            case .increasing: .increasing(last: nil)
            }
        let sealer = try AESGCMSealer(key: key)
        let inbound = try InboundSession(key: key, nonces: guardian, limit: configuration.openedMessages)
        self.sealer = Mutex(sealer)
        self.inbound = Mutex(inbound)
        nonces = Mutex(NonceSequence(start: start, limit: configuration.sealedMessages))
    }

    /// Empty: keys are not for reflection.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// How many more messages this side may seal, and how many of the peer it may open.
    ///
    /// When either comes near 0 it is time for new keys.
    public var remainingMessages: (toSeal: UInt64, toOpen: UInt64) {
        (nonces.withLock { $0.remaining }, inbound.withLock { $0.remaining })
    }

    /// Seals a message and appends it as a whole frame; see ``MessageCipher/seal(_:appendingTo:)``.
    ///
    /// - Throws: ``CryptoError`` with code `messageLimitReached`, `messageTooLarge` (above 2 GiB),
    ///   `libraryFailure`.
    public func seal(_ plaintext: RawSpan, appendingTo frame: inout [UInt8]) throws(CryptoError) {
        try frame.append(addingCapacity: plaintext.byteCount + SealedFrame.overhead) {
            (output) throws(CryptoError) in
            try output.withUnsafeMutableBufferPointer { (buffer, count) throws(CryptoError) in
                try seal(plaintext, to: UnsafeMutableRawBufferPointer(buffer))
                count = buffer.count
            }
        }
    }

    /// Seals a message and appends it as a whole frame; see ``MessageCipher/seal(_:appendingTo:)``.
    ///
    /// - Parameters:
    ///   - plaintext: At most 2 GiB.
    ///   - output: Must have room for ``SealedFrame/overhead`` bytes more than the plaintext has; unchanged after an
    ///     error.
    /// - Throws: ``CryptoError`` with code `outputTooSmall`, `messageLimitReached`, `messageTooLarge` (above 2 GiB),
    ///   `libraryFailure`.
    public func seal(_ plaintext: RawSpan, appendingTo output: inout OutputRawSpan) throws(CryptoError) {
        let needed = plaintext.byteCount + SealedFrame.overhead
        guard output.freeCapacity >= needed else {
            throw CryptoError(
                .outputTooSmall, "room for \(output.freeCapacity) bytes where \(needed) are needed")
        }
        try output.withUnsafeMutableBytes { (buffer, count) throws(CryptoError) in
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[count..<(count + needed)])
            try seal(plaintext, to: room)
            count += needed
        }
    }

    /// Opens a sealed message; see ``MessageCipher/open(_:into:)``.
    ///
    /// - Throws: ``CryptoError`` with code
    ///   - `frameTooShort`: fewer than 28 bytes, which no sealed message has;
    ///   - `replayedFrame`: opened before;
    ///   - `reorderedFrame`: sealed before the last one, where the peer's nonces promise an order;
    ///   - `authenticationFailed`: not sealed like this under this key, because a bit is wrong, the tag is cut off
    ///     or the key is another;
    ///   - `reflectedFrame`: a message of this side, sent back;
    ///   - `messageLimitReached`, `messageTooLarge`, `libraryFailure`.
    public func open(_ sealed: RawSpan, into plaintext: inout [UInt8]) throws(CryptoError) {
        plaintext.removeAll(keepingCapacity: true)
        guard sealed.byteCount >= SealedFrame.minimumBody else {
            throw CryptoError(
                .frameTooShort,
                "a sealed message has at least \(SealedFrame.minimumBody) bytes, not \(sealed.byteCount)")
        }
        try plaintext.append(addingCapacity: sealed.byteCount - SealedFrame.minimumBody) {
            (output) throws(CryptoError) in
            try output.withUnsafeMutableBufferPointer { (buffer, count) throws(CryptoError) in
                try open(sealed, to: UnsafeMutableRawBufferPointer(buffer))
                count = buffer.count
            }
        }
    }

    /// - Parameter output: Exactly as long as the frame.
    private func seal(_ plaintext: RawSpan, to output: UnsafeMutableRawBufferPointer) throws(CryptoError) {
        guard let base = output.baseAddress, output.count == plaintext.byteCount + SealedFrame.overhead else {
            throw CryptoError(.outputTooSmall, "no room for the frame")
        }
        // Taken even if sealing fails afterwards: a nonce is never given out twice.
        let nonce = try nonces.withLock { (nonces) throws(CryptoError) in try nonces.next() }
        (output[0], output[1]) = SealedFrame.prefix
        try sealer.withLock { (sealer) throws(CryptoError) in
            try sealer.seal(plaintext, nonce: nonce, to: base + 2)
        }
    }

    /// - Parameter output: Exactly as long as the plaintext.
    private func open(_ sealed: RawSpan, to output: UnsafeMutableRawBufferPointer) throws(CryptoError) {
        let result: Result<Void, CryptoError> = sealed.withUnsafeBytes { sealed in
            do throws(CryptoError) {
                try inbound.withLock { (inbound) throws(CryptoError) in
                    try inbound.open(sealed, to: output) { (nonce) throws(CryptoError) in
                        try nonces.withLock { (nonces) throws(CryptoError) in try nonces.exclude(nonce) }
                    }
                }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
