/// Gives the client the token it presents to the server.
public protocol TokenProvider: Sendable {
    /// The token for the next attempt, or `nil` to connect without one.
    ///
    /// Throwing ends the attempt; the client tries again after its backoff.
    func token(for request: TokenRequest) async throws -> String?
}

/// Why a token is asked for.
public struct TokenRequest: Sendable, Hashable {
    /// Why a token is asked for.
    @nonexhaustive
    public enum Reason: Sendable, Hashable {
        /// A connection is about to be made.
        case connecting
        /// The server refused the last token; a cached one will not do.
        case rejected
    }

    /// Why one is asked for.
    public var reason: Reason
    /// The token that the server refused.
    public var refused: String?

    /// Makes one by hand, to test a provider.
    public init(reason: Reason, refused: String? = nil) {
        self.reason = reason
        self.refused = refused
    }
}

extension TokenRequest: CustomStringConvertible, CustomDebugStringConvertible {
    /// The reason alone: a token is nobody's to read.
    public var description: String { "TokenRequest(reason: \(reason))" }
    public var debugDescription: String { description }
}

/// Always the same token.
public struct StaticToken: TokenProvider {
    private let value: String

    /// Presents this token at each connect, until the server refuses it.
    public init(_ value: String) {
        self.value = value
    }

    public func token(for request: TokenRequest) -> String? {
        value
    }
}
