@_spi(WSE) import WSETransport
import WSECrypto
import WSEWire

/// A token that is fetched when it is needed and used again until shortly before it expires.
///
/// <!-- given: url: String, freshToken: @escaping @Sendable () async throws -> String -->
/// ```swift
/// let provider = CachedToken { try await freshToken() }
/// let client = try WSEClient(url: url, configuration: .init(tokenProvider: provider))
/// ```
///
/// A token that the server refuses is fetched anew at once. When one expires is read from its `exp` claim, unverified; one
/// that is no JWT, or has none, is used until it is refused.
public final class CachedToken: TokenProvider, Sendable {
    private struct Cached {
        var token: String
        var expiry: UInt64?
    }

    private let margin: Duration
    private let unixSeconds: @Sendable () -> UInt64
    private let fetch: @Sendable () async throws -> String
    private let cached = OrderedMutex<Cached?>(nil)

    /// - Parameters:
    ///   - margin: How long before it expires a token is no longer used.
    ///   - fetch: Fetches a fresh token. What it throws ends the attempt, and the client tries again after its backoff.
    public convenience init(
        refreshedBefore margin: Duration = .seconds(30), fetch: @escaping @Sendable () async throws -> String
    ) {
        self.init(
            refreshedBefore: margin, unixSeconds: { SystemClock().unixMilliseconds() / 1_000 }, fetch: fetch)
    }

    init(
        refreshedBefore margin: Duration, unixSeconds: @escaping @Sendable () -> UInt64,
        fetch: @escaping @Sendable () async throws -> String
    ) {
        self.margin = margin
        self.unixSeconds = unixSeconds
        self.fetch = fetch
    }

    public func token(for request: TokenRequest) async throws -> String? {
        if request.reason == .connecting, let usable = usable() { return usable }
        let token = try await fetch()
        cached.withLock { $0 = Cached(token: token, expiry: Self.expiry(of: token)) }
        return token
    }

    private func usable() -> String? {
        guard let cached = cached.withLock({ $0 }) else { return nil }
        guard let expiry = cached.expiry else { return cached.token }
        let margin = UInt64(clamping: max(margin, .zero).components.seconds)
        let (end, overflow) = unixSeconds().addingReportingOverflow(margin)
        return !overflow && end < expiry ? cached.token : nil
    }

    /// The `exp` claim of a JWT, in seconds.
    static func expiry(of token: String) -> UInt64? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = try? Base64.decode(String(parts[1]), .urlSafe),
            let claims = try? bytes.withUnsafeBytes({ try WSEValue(json: RawSpan(_unsafeBytes: $0)) }),
            let seconds = claims["exp"]?.doubleValue, seconds > 0, seconds < 1e18
        else { return nil }
        return UInt64(seconds)
    }
}
