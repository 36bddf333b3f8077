import Synchronization
import Testing
import WSECrypto

@testable import WSEClient

@Suite(.timeLimit(.minutes(1))) struct CachedTokenTests {
    /// Seconds that a test moves forward, and how often a token was fetched.
    private final class World: Sendable {
        let now = Mutex<UInt64>(1_000)
        let fetches = Mutex(0)
    }

    private func token(expiring expiry: UInt64?, number: Int) -> String {
        let claims = expiry.map { #"{"sub":"u","n":\#(number),"exp":\#($0)}"# } ?? #"{"n":\#(number)}"#
        return "e30." + Base64.encode(Array(claims.utf8), .urlSafe) + ".c2ln"
    }

    private func provider(_ world: World, lifetime: UInt64?) -> CachedToken {
        CachedToken(refreshedBefore: .seconds(30), unixSeconds: { world.now.withLock { $0 } }) {
            let number = world.fetches.withLock {
                $0 += 1
                return $0
            }
            return token(expiring: lifetime.map { world.now.withLock { $0 } + $0 }, number: number)
        }
    }

    @Test
    func `row token provider: a token is fetched anew shortly before it expires, or when it is refused`()
        async throws
    {
        let world = World()
        let provider = provider(world, lifetime: 100)
        let first = try await provider.token(for: TokenRequest(reason: .connecting))
        world.now.withLock { $0 += 69 }
        #expect(try await provider.token(for: TokenRequest(reason: .connecting)) == first)
        world.now.withLock { $0 += 1 }
        let second = try await provider.token(for: TokenRequest(reason: .connecting))
        #expect(second != first)
        let third = try await provider.token(for: TokenRequest(reason: .rejected))
        #expect(third != second)
        #expect(try await provider.token(for: TokenRequest(reason: .connecting)) == third)
        #expect(world.fetches.withLock { $0 } == 3)
    }

    @Test func `without an expiry a token is used until it is refused`() async throws {
        let world = World()
        let provider = provider(world, lifetime: nil)
        let first = try await provider.token(for: TokenRequest(reason: .connecting))
        world.now.withLock { $0 += 1_000_000 }
        #expect(try await provider.token(for: TokenRequest(reason: .connecting)) == first)
        #expect(try await provider.token(for: TokenRequest(reason: .rejected)) != first)
    }

    @Test func `those who share a token wait for one fetch, and take a newer one than was refused`()
        async throws
    {
        let world = World()
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let provider = CachedToken {
            for await _ in gate { break }
            try Task.checkCancellation()
            return world.fetches.withLock {
                $0 += 1
                return "token \($0)"
            }
        }
        let waiting = (0..<8).map { _ in
            Task { try await provider.token(for: TokenRequest(reason: .connecting)) }
        }
        while provider.waiters < 8 { try await Task.sleep(for: .milliseconds(1)) }
        // One who gives up does not end it for the others.
        waiting[0].cancel()
        opening.yield()
        for task in waiting { #expect(try await task.value == "token 1") }
        opening.yield()
        let refused = TokenRequest(reason: .rejected, refused: "token 1")
        #expect(try await provider.token(for: refused) == "token 2")
        #expect(try await provider.token(for: refused) == "token 2")
        #expect(world.fetches.withLock { $0 } == 2)
    }

    @Test func `a fetch that nobody waits for any more is cancelled`() async throws {
        let provider = CachedToken {
            try await Task.sleep(for: .seconds(600))
            return "late"
        }
        let waiting = Task { try await provider.token(for: TokenRequest(reason: .connecting)) }
        while provider.waiters < 1 { try await Task.sleep(for: .milliseconds(1)) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(provider.waiters == 0)
    }

    @Test func `a request for a token does not show it`() {
        let request = TokenRequest(reason: .rejected, refused: "secret")
        #expect(!"\(request)".contains("secret") && !String(reflecting: request).contains("secret"))
    }

    @Test(arguments: [
        "", "a", "a.b", "a.b.c", "a.e30.c", "a.!!!.c", "a.eyJleHAiOi0xfQ.c", "a.eyJleHAiOjFlOTl9.c",
    ])
    func `what is no JWT with an expiry has none`(token: String) {
        #expect(CachedToken.expiry(of: token) == nil)
    }

    @Test func `what fetching throws is the provider's`() async {
        struct Unreachable: Error {}
        let provider = CachedToken { throw Unreachable() }
        await #expect(throws: Unreachable.self) {
            try await provider.token(for: TokenRequest(reason: .connecting))
        }
    }
}
