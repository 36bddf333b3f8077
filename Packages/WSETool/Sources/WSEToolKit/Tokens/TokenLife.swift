internal import WSEWire

/// From when to when a token is good. Its times are seconds since 1970, with a fraction or without (RFC 7519 section 2).
struct TokenLife {
    private let claims: [String: WSEValue]

    init(_ claims: [String: WSEValue]) {
        self.claims = claims
    }

    /// - Parameter now: Seconds since 1970.
    func finding(_ now: Int64) -> (isGood: Bool, text: String) {
        for name in ["iat", "nbf", "exp"] {
            guard let value = claims[name] else { continue }
            guard value.doubleValue != nil else { return (false, "\(name) is no number") }
            guard time(name, .down) != nil else { return (false, "\(name) is no time") }
        }
        // Good from the next whole second on, and until the last one before the end.
        if let notBefore = time("nbf", .up), notBefore > now {
            return (false, "not good before \(ISOTime.text(unixSeconds: notBefore))")
        }
        guard let expiration = time("exp", .down) else { return (false, "no expiration, which servers want") }
        let time = ISOTime.text(unixSeconds: expiration)
        if expiration <= now { return (false, "expired \(Self.span(now, expiration)) ago, at \(time)") }
        return (true, "expires in \(Self.span(expiration, now)), at \(time)")
    }

    private func time(_ name: String, _ rule: FloatingPointRoundingRule) -> Int64? {
        guard let value = claims[name] else { return nil }
        return value.integer(as: Int64.self) ?? value.doubleValue.flatMap { Int64(exactly: $0.rounded(rule)) }
    }

    private static func span(_ later: Int64, _ earlier: Int64) -> String {
        let (difference, overflow) = later.subtractingReportingOverflow(earlier)
        let seconds = overflow ? Int64.max : difference
        return switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7_200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3_600) h"
        default: "\(seconds / 86_400) days"
        }
    }
}
