internal import WSEWire

/// From when to when a token is good.
struct TokenLife {
    private let expiration: Int64?
    private let notBefore: Int64?

    init(_ claims: [String: WSEValue]) {
        expiration = claims["exp"]?.integer(as: Int64.self)
        notBefore = claims["nbf"]?.integer(as: Int64.self)
    }

    /// - Parameter now: Seconds since 1970.
    func finding(_ now: Int64) -> (isGood: Bool, text: String) {
        if let notBefore, notBefore > now {
            return (false, "not good before \(ISOTime.text(unixSeconds: notBefore))")
        }
        guard let expiration else { return (false, "no expiration, which servers want") }
        let time = ISOTime.text(unixSeconds: expiration)
        if expiration <= now { return (false, "expired \(Self.span(now, expiration)) ago, at \(time)") }
        return (true, "expires in \(Self.span(expiration, now)), at \(time)")
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
