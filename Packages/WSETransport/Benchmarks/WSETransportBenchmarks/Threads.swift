#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

private final class Body {
    let run: @Sendable () throws -> Void

    init(_ run: @escaping @Sendable () throws -> Void) {
        self.run = run
    }
}

/// Runs a body on a thread of its own; an error ends it with a note.
func startThread(_ body: @escaping @Sendable () throws -> Void) {
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(Body(body)).toOpaque()
    pthread_create(
        &thread, nil,
        { argument in
            guard let argument else { return nil }
            do { try Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() } catch {
                print("thread: \(error)")
            }
            return nil
        }, argument)
    pthread_detach(thread)
}

/// Runs a body on a thread of its own and waits for it without blocking the concurrency pool.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        startThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}
