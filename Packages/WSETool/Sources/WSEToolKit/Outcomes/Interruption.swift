internal import Dispatch

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The wish of a person, or of the system, that the command ends.
public struct Interruption: Sendable {
    /// Makes the stream that yields the number of the signal, once.
    private let makeSignals: @Sendable () -> AsyncStream<Int32>
    /// Also for those who cannot wait for that stream.
    let received: ReceivedSignal

    init(signals: AsyncStream<Int32>) {
        makeSignals = { signals }
        received = ReceivedSignal()
    }

    private init(
        _ received: ReceivedSignal, _ makeSignals: @escaping @Sendable () -> AsyncStream<Int32>
    ) {
        self.received = received
        self.makeSignals = makeSignals
    }

    /// SIGINT, which is Ctrl-C, and SIGTERM, once something is watched; before that they end the process, as when it waits
    /// for standard input. The second one ends it at once, too.
    public static func ofProcess() -> Interruption {
        let received = ReceivedSignal()
        return Interruption(received) {
            AsyncStream { continuation in
                for number in [SIGINT, SIGTERM] {
                    // The default would end the process before the source hears of it.
                    signal(number, SIG_IGN)
                    let source = DispatchSource.makeSignalSource(signal: number)
                    source.setEventHandler {
                        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
                        received.note(number)
                        continuation.yield(number)
                        continuation.finish()
                        source.cancel()
                    }
                    source.resume()
                }
            }
        }
    }

    /// None ever comes.
    public static let never = Interruption(signals: AsyncStream { _ in })

    /// Runs a function until it returns or the interruption comes, which cancels its task; it is waited for either way.
    ///
    /// - Returns: The signal that came first, if one did, and what the function returned.
    /// - Throws: What the function throws; after a signal, ``ToolError`` with that signal's status.
    func watch<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> (signal: Int32?, result: Result) {
        let signals = makeSignals()
        let work = Task { try await body() }
        let watcher = Task { () -> Int32? in
            for await number in signals {
                work.cancel()
                return number
            }
            return nil
        }
        let outcome = await work.result
        watcher.cancel()
        let signal = await watcher.value
        if let signal, case .failure = outcome { throw ToolError(.interrupted(by: signal), "interrupted") }
        return (signal, try outcome.get())
    }
}
