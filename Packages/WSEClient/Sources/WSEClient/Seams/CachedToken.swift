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
/// Several clients may share one: they use the same token, and wait for the same fetch. A token that the server refuses is
/// fetched anew at once, unless there is a newer one already. When one expires is read from its `exp` claim, unverified; one
/// that is no JWT, or has none, is used until it is refused.
public final class CachedToken: TokenProvider, Sendable {
    private struct Cached {
        var token: String
        var expiry: UInt64?
    }

    private struct Fetch {
        var task: Task<String, any Error>
        var waiters = 1
    }

    private struct State {
        var cached: Cached?
        var fetch: (id: UInt64, fetch: Fetch)?
        var lastID: UInt64 = 0
    }

    private let margin: Duration
    private let unixSeconds: @Sendable () -> UInt64
    private let fetch: @Sendable () async throws -> String
    private let state = OrderedMutex(State())

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
        let (token, id, task) = state.withLock { state -> (String?, UInt64, Task<String, any Error>?) in
            if let usable = usable(state.cached), isUsable(usable, for: request) { return (usable, 0, nil) }
            if let (id, fetch) = state.fetch {
                state.fetch?.fetch.waiters += 1
                return (nil, id, fetch.task)
            }
            state.lastID += 1
            let id = state.lastID
            let task = Task { try await self.fetchAnew(id) }
            state.fetch = (id, Fetch(task: task))
            return (nil, id, task)
        }
        guard let task else { return token }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            leave(id)
        }
    }

    /// Those who wait for a fetch.
    var waiters: Int { state.withLock { $0.fetch?.fetch.waiters ?? 0 } }

    private func isUsable(_ token: String, for request: TokenRequest) -> Bool {
        switch request.reason {
        case .connecting: true
        case .rejected: request.refused.map { $0 != token } ?? false
        }
    }

    private func fetchAnew(_ id: UInt64) async throws -> String {
        let result: Result<String, any Error>
        do {
            result = .success(try await fetch())
        } catch {
            result = .failure(error)
        }
        state.withLock { state in
            if state.fetch?.id == id { state.fetch = nil }
            if case .success(let token) = result {
                state.cached = Cached(token: token, expiry: Self.expiry(of: token))
            }
        }
        return try result.get()
    }

    /// One who waits has given up; the fetch ends with the last.
    private func leave(_ id: UInt64) {
        let task = state.withLock { state -> Task<String, any Error>? in
            guard let current = state.fetch, current.id == id else { return nil }
            if current.fetch.waiters > 1 {
                state.fetch?.fetch.waiters -= 1
                return nil
            }
            state.fetch = nil
            return current.fetch.task
        }
        task?.cancel()
    }

    private func usable(_ cached: Cached?) -> String? {
        guard let cached else { return nil }
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
