/// The nonces of the signatures that were verified and could be presented again.
///
/// A nonce is forgotten only once every signature that bears it is too old, whatever the clock says by then. If
/// there are too many, no more are taken: to forget one would open the door it guards.
struct SignatureNonces {
    private let capacity: Int
    /// How many seconds a signature is good for.
    private let maximumAge: Int64
    /// The time of the signature that each nonce came with.
    private var times: [[UInt8]: Int64] = [:]
    /// Signatures made before are too old for good, as their nonces may have been forgotten.
    private(set) var earliest = Int64.min

    init(capacity: Int, maximumAge: Int64) {
        self.capacity = capacity
        self.maximumAge = maximumAge
    }

    var count: Int { times.count }

    func contains(_ nonce: [UInt8]) -> Bool {
        times[nonce] != nil
    }

    /// - Parameter time: When the signature was made; not before ``earliest``.
    /// - Throws: ``CryptoError`` with code `nonceCacheFull`.
    mutating func insert(_ nonce: [UInt8], time: Int64, now: Int64) throws(CryptoError) {
        if times.count >= capacity { forget(now: now) }
        guard times.count < capacity else {
            throw CryptoError(
                .nonceCacheFull, "more than \(capacity) signatures within \(maximumAge) seconds")
        }
        times[nonce] = time
    }

    /// Forgets what is too old. It looks at all nonces, so it does that once a second at most, and only if the
    /// cache is full.
    private mutating func forget(now: Int64) {
        let earliest = now - maximumAge
        guard earliest > self.earliest else { return }
        self.earliest = earliest
        times = times.filter { $0.value >= earliest }
    }
}
