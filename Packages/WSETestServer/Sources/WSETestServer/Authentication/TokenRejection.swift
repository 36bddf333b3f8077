/// Why a client is not let in.
enum TokenRejection: Error, Equatable {
    case missing, malformed, signature, expired, notYetValid, issuer, audience, noSubject

    /// The code of the `error` that the client gets.
    var code: String { self == .missing ? "AUTH_REQUIRED" : "AUTH_FAILED" }

    /// What each published server says: the newer one keeps most reasons to itself.
    func message(in dialect: WSETestServer.Dialect) -> String {
        switch (self, dialect.value) {
        case (.missing, .current): "No JWT cookie or Authorization header"
        case (.missing, .prefixed): "No access_token cookie or Authorization header"
        case (.noSubject, _): "Token missing user ID"
        case (_, .current): "Authentication failed"
        case (.malformed, .prefixed): "Malformed JWT token"
        case (.signature, .prefixed): "Invalid JWT signature"
        case (.expired, .prefixed): "Token expired"
        case (.notYetValid, .prefixed): "Token not yet valid (nbf)"
        case (.issuer, .prefixed): "Invalid issuer"
        case (.audience, .prefixed): "Invalid audience"
        }
    }
}
