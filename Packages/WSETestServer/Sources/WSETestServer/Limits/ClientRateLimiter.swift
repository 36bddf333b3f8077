/// A token bucket per connection: so many messages at once, and so many more each second.
struct ClientRateLimiter: Sendable {
    enum Verdict: Sendable, Equatable {
        case admitted
        /// Admitted, but most of the bucket is used up; told once until it has filled up half.
        case warned(remaining: Int)
        /// - Parameter retryAfter: Seconds until there is room.
        case refused(retryAfter: Double)
    }

    private let capacity: Double
    private let refill: Double
    private var tokens: Double
    private var last: UInt64
    private var hasWarned = false

    /// - Parameter now: Milliseconds since 1970.
    init(capacity: Int, refill: Int, now: UInt64) {
        self.capacity = Double(max(0, capacity))
        self.refill = Double(max(0, refill))
        tokens = self.capacity
        last = now
    }

    mutating func admit(now: UInt64) -> Verdict {
        if now > last {
            tokens = min(capacity, tokens + Double(now - last) / 1_000 * refill)
            last = now
        }
        if tokens >= capacity / 2 { hasWarned = false }
        guard tokens >= 1 else {
            // Without refill there is no such time; an hour says as much.
            return .refused(retryAfter: refill > 0 ? (1 - tokens) / refill : 3_600)
        }
        tokens -= 1
        guard tokens < capacity / 5, !hasWarned else { return .admitted }
        hasWarned = true
        return .warned(remaining: Int(tokens))
    }
}
