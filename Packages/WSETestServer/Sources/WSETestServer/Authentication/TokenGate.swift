internal import WSEWire

/// Decides about tokens as the published servers do.
struct TokenGate {
    let secret: String
    let issuer: String?
    let audience: String?
    let dialect: WSETestServer.Dialect

    /// How many seconds the newer server lets a token outlive itself.
    private var leeway: Int64 { dialect == .current ? 30 : 0 }

    /// The user that the token proves.
    func admit(_ text: String?, unixMilliseconds now: UInt64) throws(TokenRejection) -> String {
        guard let text, !text.isEmpty else { throw .missing }
        guard let token = JSONWebToken(text) else { throw .malformed }
        guard token.isSigned(with: secret) else { throw .signature }
        let claims = token.claims
        let seconds = Int64(clamping: now / 1_000)
        guard let expiration = claims["exp"]?.integer(as: Int64.self), seconds <= Self.sum(expiration, leeway)
        else { throw .expired }
        if let notBefore = claims["nbf"]?.integer(as: Int64.self), Self.sum(seconds, leeway) < notBefore {
            throw .notYetValid
        }
        if let issuer, !accepts(claims["iss"], issuer) { throw .issuer }
        if let audience, !accepts(claims["aud"], audience) { throw .audience }
        guard let subject = claims["sub"]?.stringValue, !subject.isEmpty else { throw .noSubject }
        return subject
    }

    /// The newer server checks issuer and audience only where the token has them.
    private func accepts(_ claim: WSEValue?, _ wanted: String) -> Bool {
        switch claim {
        case nil: dialect == .current
        case .array(let names): names.contains(.string(wanted))
        case let claim: claim == .string(wanted)
        }
    }

    private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
