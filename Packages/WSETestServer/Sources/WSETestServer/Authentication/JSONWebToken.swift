internal import WSECrypto
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
        guard parts.count == 3, let fields = Self.object(parts[0]), let claims = Self.object(parts[1]),
            let algorithm = fields["alg"]?.stringValue,
            let signature = try? Base64.decode(String(parts[2]), .urlSafe)
        else { return nil }
        self.claims = claims
        self.algorithm = algorithm
        self.signature = signature
        signed = "\(parts[0]).\(parts[1])"
    }

    /// Whether it was signed by someone who knows the secret, with HS256; no other algorithm counts.
    public func isSigned(with secret: String) -> Bool {
        guard algorithm == "HS256" else { return false }
        // It throws for an empty secret, which proves nothing.
        return (try? HMACSHA256.isValid(signature, for: Array(signed.utf8), key: Array(secret.utf8))) ?? false
    }

    private static func object(_ part: Substring) -> [String: WSEValue]? {
        guard let bytes = try? Base64.decode(String(part), .urlSafe) else { return nil }
        return (try? WSEValue(json: String(decoding: bytes, as: UTF8.self)))?.objectValue
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
            Base64.encode(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8), .urlSafe) + "."
            + Base64.encode(Array(body.utf8), .urlSafe)
        // Under an empty secret there is no signature, and no server accepts the token.
        let signature = (try? HMACSHA256.code(for: Array(signed.utf8), key: Array(secret.utf8)).bytes) ?? []
        return signed + "." + Base64.encode(signature, .urlSafe)
    }
}
