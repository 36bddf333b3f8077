internal import WSEClient
internal import WSETestServer

/// `wse token inspect`: what a token says, and whether it holds.
public struct TokenInspection: Sendable {
    /// A file with the token, or `-`; otherwise `WSE_TOKEN`, and without that standard input.
    public var tokenFile: String?
    /// A file with the secret; otherwise `WSE_SECRET` is used. Without either the signature is not checked.
    public var secretFile: String?
    /// Now, in milliseconds since 1970; `nil` for the system's time.
    var unixMilliseconds: UInt64?

    public init() {}

    /// Prints the claims as JSON and tells what is wrong.
    ///
    /// - Returns: `failure` for a token that a server would refuse, as far as can be told.
    /// - Throws: ``ToolError``.
    public func run(_ console: Console) throws(ToolError) -> ToolStatus {
        let isGiven = tokenFile != nil || !(console.environment["WSE_TOKEN"] ?? "").isEmpty
        guard
            let text = try Secret.find(
                file: isGiven ? tokenFile : "-", variable: "WSE_TOKEN", in: console)
        else { throw ToolError(.usage, "there is no token") }
        guard let token = JSONWebToken(text.value) else {
            throw ToolError(.dataError, "this is no token: it wants three parts with dots between them")
        }
        var writer = JSONWriter()
        writer.add("algorithm", token.algorithm)
        writer.add("claims", WSEValue.object(token.claims))
        try console.writeJSON(writer.line())
        let style = console.diagnosticsStyle
        var isGood = true
        for finding in findings(token, try secret(console)) {
            isGood = isGood && finding.isGood
            console.note((finding.isGood ? style.green("ok   ") : style.red("bad  ")) + finding.text.shown)
        }
        return isGood ? .success : .failure
    }

    private func secret(_ console: Console) throws(ToolError) -> Secret? {
        try Secret.find(file: secretFile, variable: "WSE_SECRET", in: console)
    }

    private func findings(_ token: JSONWebToken, _ secret: Secret?) -> [(isGood: Bool, text: String)] {
        let now = Int64(clamping: (unixMilliseconds ?? SystemClock().unixMilliseconds()) / 1_000)
        var findings: [(Bool, String)] = []
        if let secret {
            let isSigned = token.isSigned(with: secret.value)
            findings.append((isSigned, isSigned ? "signed with this secret" : "not signed with this secret"))
        }
        if token.algorithm != "HS256" {
            findings.append((false, "algorithm \(token.algorithm), where servers take HS256"))
        }
        findings.append(TokenLife(token.claims).finding(now))
        if let subject = token.claims["sub"]?.stringValue, !subject.isEmpty {
            findings.append((true, "subject \(subject)"))
        } else {
            findings.append((false, "no subject, which servers want"))
        }
        return findings
    }
}
