extension WSETestServer {
    /// Who is let in, and what a client hears first.
    public struct Authentication: Sendable {
        enum Value: Sendable {
            case open
            case silent
            case token(secret: String, issuer: String?, audience: String?)
        }

        let value: Value

        /// Everyone is let in and gets `server_ready`.
        public static let open = Authentication(value: .open)

        /// Everyone is let in and hears nothing, as from a published server without JWT: send `server_ready`
        /// yourself with ``Connection/sendServerReady()``.
        public static let silent = Authentication(value: .silent)

        /// A token is required, in `Authorization: Bearer` or in the cookie `access_token`: HS256 under
        /// `secret`, not expired, with a subject, and of that issuer and for that audience where given.
        public static func token(
            secret: String, issuer: String? = nil, audience: String? = nil
        ) -> Authentication {
            Authentication(value: .token(secret: secret, issuer: issuer, audience: audience))
        }
    }
}
