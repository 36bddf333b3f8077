public import WSEWire

/// A JSON web token with an HMAC-SHA256 signature (RFC 7519, `HS256` of RFC 7518), for tests of clients that log in.
///
/// ```swift
/// let token = JSONWebToken.make(subject: "ada", secret: "a secret of your server")
/// ```
public struct JSONWebToken: Sendable, Hashable {
    /// What the token says: `sub`, `exp` and so on.
    public let claims: [String: WSEValue]
    /// The algorithm that its header names.
    public let algorithm: String
    private let signed: String
    private let signature: [UInt8]

    /// Reads a token's text without proving anything: see ``isSigned(with:)``. `nil` if it is no token.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]),
            let body = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2]),
            let fields = try? WSEValue(json: header.span.bytes), let algorithm = fields["alg"]?.stringValue,
            let value = try? WSEValue(json: body.span.bytes), let claims = value.objectValue
        else { return nil }
        self.claims = claims
        self.algorithm = algorithm
        self.signature = signature
        signed = "\(parts[0]).\(parts[1])"
    }

    /// Whether it was signed by someone who knows the secret, with HS256; no other algorithm counts.
    public func isSigned(with secret: String) -> Bool {
        guard algorithm == "HS256" else { return false }
        let expected = TokenSignature.hmacSHA256(Array(signed.utf8), key: Array(secret.utf8))
        guard expected.count == signature.count else { return false }
        return zip(expected, signature).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Makes the text of a token.
    ///
    /// - Parameters:
    ///   - subject: The user (`sub`); `nil` for a token without one.
    ///   - secret: What the server signs with.
    ///   - lifetime: From now until it expires (`exp`); negative for one that has expired already.
    ///   - issuer: `iss`
    ///   - audience: `aud`
    ///   - claims: More claims; they override those above.
    ///   - unixMilliseconds: The time to count from. Default: the system's.
    public static func make(
        subject: String?, secret: String, lifetime: Duration = .seconds(3_600), issuer: String? = nil,
        audience: String? = nil, claims: [String: WSEValue] = [:], unixMilliseconds: UInt64? = nil
    ) -> String {
        let now = Int64(clamping: (unixMilliseconds ?? WallClock.unixMilliseconds()) / 1_000)
        let (expiration, overflow) = now.addingReportingOverflow(lifetime.components.seconds)
        var members: [String: WSEValue] = ["iat": .int(now), "exp": .int(overflow ? .max : expiration)]
        if let subject { members["sub"] = .string(subject) }
        if let issuer { members["iss"] = .string(issuer) }
        if let audience { members["aud"] = .string(audience) }
        members.merge(claims) { _, claim in claim }
        // A claim that JSON cannot carry leaves a token without claims, which no server accepts.
        let body = (try? WSEValue.object(members).jsonText()) ?? "{}"
        let signed =
            Base64URL.encode(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8)) + "."
            + Base64URL.encode(Array(body.utf8))
        let signature = TokenSignature.hmacSHA256(Array(signed.utf8), key: Array(secret.utf8))
        return signed + "." + Base64URL.encode(signature)
    }
}
