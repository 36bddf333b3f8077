internal import Dispatch

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Returns with the first Ctrl-C (SIGINT) or SIGTERM, or when its task is cancelled. Before it is called, and after it has
/// returned, they end the process at once: a second Ctrl-C does not wait for anything.
public func interruption() async {
    let (signals, continuation) = AsyncStream.makeStream(of: Void.self)
    let sources = [SIGINT, SIGTERM].map { number in
        // The default would end the process before the source hears of it.
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number)
        source.setEventHandler { continuation.finish() }
        source.resume()
        return (number: number, source: source)
    }
    for await _ in signals {}
    for (number, source) in sources {
        source.cancel()
        signal(number, SIG_DFL)
    }
}
