/// The nonces that one side seals with: a random start and a counter, so that none comes twice.
///
/// It cannot be copied, as a copy would give out the same nonces again.
struct NonceSequence: ~Copyable {
    private let start: Nonce
    private(set) var used: UInt64 = 0
    private(set) var limit: UInt64

    /// - Parameter limit: How many nonces there are to give out; the cycle of 2^96 is far longer than any limit.
    init(start: Nonce, limit: UInt64) {
        self.start = start
        self.limit = limit
    }

    var remaining: UInt64 { limit - used }

    /// - Throws: ``CryptoError`` with code `messageLimitReached` once all have been given out.
    mutating func next() throws(CryptoError) -> Nonce {
        guard used < limit else {
            throw CryptoError(.messageLimitReached, "this key has sealed as many messages as it may")
        }
        defer { used += 1 }
        return start.advanced(by: used)
    }

    /// Takes note of a nonce of the peer, who seals under the same key.
    ///
    /// Ends this sequence before the peer's nonce, should it lie ahead: under one key no nonce may be used twice,
    /// whoever uses it. With random nonces that comes about once in 2^64 messages.
    ///
    /// - Throws: ``CryptoError`` with code `reflectedFrame` if this sequence has given the nonce out. Then the
    ///   message is one of this side's own, sent back.
    mutating func exclude(_ nonce: Nonce) throws(CryptoError) {
        let distance = nonce.distance(from: start)
        guard distance < UInt128(limit) else { return }
        guard distance >= UInt128(used) else {
            throw CryptoError(.reflectedFrame, "a message that this side sealed itself came back")
        }
        limit = UInt64(distance)
    }
}
