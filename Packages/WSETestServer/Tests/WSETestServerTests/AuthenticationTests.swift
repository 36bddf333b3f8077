import Testing
import WSETestServer
import WSEWire

@Suite struct AuthenticationTests {
    private func configuration(_ dialect: WSETestServer.Dialect = .current) -> WSETestServer.Configuration {
        var configuration = WSETestServer.Configuration()
        configuration.authentication = .token(secret: "secret", issuer: "us", audience: "them")
        configuration.dialect = dialect
        return configuration
    }

    @Test(arguments: [false, true])
    func aGoodTokenLetsIn(asCookie: Bool) async throws {
        let token = JSONWebToken.make(subject: "ada", secret: "secret", issuer: "us", audience: "them")
        try await withWSETestServer(configuration: configuration()) { server in
            var client = try await WireClient.connect(
                to: server, token: asCookie ? nil : token,
                headers: asCookie ? [("Cookie", "access_token=\(token)")] : [])
            let ready = try await client.nextEvent()
            #expect(ready.type == "server_ready")
            #expect(ready.payload["details", "user_id"] == "ada")
            #expect(server.connections.map(\.userID) == ["ada"])
        }
    }

    /// What the published servers were seen to answer.
    @Test(arguments: [
        ("missing", "AUTH_REQUIRED", "No JWT cookie or Authorization header"),
        ("malformed", "AUTH_FAILED", "Authentication failed"),
        ("forged", "AUTH_FAILED", "Authentication failed"),
        ("expired", "AUTH_FAILED", "Authentication failed"),
        ("early", "AUTH_FAILED", "Authentication failed"),
        ("issuer", "AUTH_FAILED", "Authentication failed"),
        ("audience", "AUTH_FAILED", "Authentication failed"),
        ("nobody", "AUTH_FAILED", "Token missing user ID"), ("other", "AUTH_FAILED", "Authentication failed"),
        ("eternal", "AUTH_FAILED", "Authentication failed"),
    ])
    func aBadTokenGetsAnErrorAndThenClose4401(kind: String, code: String, message: String) async throws {
        try await withWSETestServer(configuration: configuration()) { server in
            var client = try await WireClient.connect(to: server, token: Self.token(kind))
            let error = try await client.nextEvent()
            #expect(error.type == "error")
            #expect(error.payload["code"] == .string(code))
            #expect(error.payload["message"] == .string(message))
            #expect(await client.next() == .close(4401, "Authentication failed"))
            #expect(server.connections.isEmpty)
            #expect(server.rejectedTokenCount == 1)
        }
    }

    @Test(arguments: [
        ("missing", "No access_token cookie or Authorization header"), ("malformed", "Malformed JWT token"),
        ("forged", "Invalid JWT signature"), ("expired", "Token expired"),
        ("early", "Token not yet valid (nbf)"),
        ("issuer", "Invalid issuer"), ("audience", "Invalid audience"), ("nobody", "Token missing user ID"),
        ("eternal", "Token expired"), ("late", "Token expired"),
    ])
    func theOlderServerClosesWithoutStatus(kind: String, message: String) async throws {
        try await withWSETestServer(configuration: configuration(.prefixed)) { server in
            var client = try await WireClient.connect(to: server, token: Self.token(kind))
            #expect(try await client.nextEvent().payload["message"] == .string(message))
            #expect(await client.next() == .close(nil, ""))
        }
    }

    /// The newer server lets a token outlive itself by 30 seconds, and asks for issuer and audience only where the
    /// token names them.
    @Test(arguments: ["late", "anonymous"])
    func theNewerServerIsLenient(kind: String) async throws {
        try await withWSETestServer(configuration: configuration()) { server in
            var client = try await WireClient.connect(to: server, token: Self.token(kind))
            #expect(try await client.nextEvent().type == "server_ready")
        }
    }

    static func token(_ kind: String) -> String? {
        func make(
            _ subject: String? = "ada", secret: String = "secret", lifetime: Duration = .seconds(60),
            issuer: String? = "us", audience: String? = "them", claims: [String: WSEValue] = [:]
        ) -> String {
            JSONWebToken.make(
                subject: subject, secret: secret, lifetime: lifetime, issuer: issuer, audience: audience,
                claims: claims)
        }
        switch kind {
        case "missing": return nil
        case "malformed": return "a.b"
        case "forged": return make(secret: "guess")
        case "expired": return make(lifetime: .seconds(-60))
        case "late": return make(lifetime: .seconds(-5))
        case "early": return make(claims: ["nbf": 99_999_999_999])
        case "issuer": return make(issuer: "others")
        case "audience": return make(audience: "nobody")
        case "anonymous": return make(issuer: nil, audience: nil)
        case "nobody": return make(nil)
        case "eternal": return make(claims: ["exp": nil])
        default:
            // {"alg":"none"} with the claims of a good token.
            return "eyJhbGciOiJub25lIn0." + make().split(separator: ".")[1] + "."
        }
    }
}
