internal import WSETestServer

/// `wse token make`: a token for tests.
public struct TokenMaking: Sendable {
    public var subject = "demo"
    /// Seconds; negative for one that has expired already.
    public var lifetime: Int64 = 3_600
    public var issuer: String?
    public var audience: String?
    /// More claims, as `name=JSON`.
    public var claims: [String] = []
    /// A file with the secret, or `-`; otherwise `WSE_SECRET` is used.
    public var secretFile: String?
    /// The time to count from, in milliseconds since 1970; `nil` for now.
    var unixMilliseconds: UInt64?

    public init() {}

    /// Prints the token.
    ///
    /// - Throws: ``ToolError``.
    public func run(_ console: Console) throws(ToolError) {
        guard let secret = try Secret.find(file: secretFile, variable: "WSE_SECRET", in: console) else {
            throw ToolError(.usage, "a token wants the server's secret: WSE_SECRET or --secret-file")
        }
        var more: [String: WSEValue] = [:]
        for claim in claims {
            let parts = claim.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ToolError(.usage, "--claim wants NAME=VALUE")
            }
            let text = String(parts[1])
            more[String(parts[0])] = (try? WSEValue(json: text)) ?? .string(text)
        }
        try console.print(
            JSONWebToken.make(
                subject: subject, secret: secret.value, lifetime: .seconds(lifetime), issuer: issuer,
                audience: audience, claims: more, unixMilliseconds: unixMilliseconds))
    }
}
