internal import Dispatch

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Ctrl-C (SIGINT), or SIGTERM, from the moment on at which this is made. Before that, and after the first one, they end the
/// process at once: a second Ctrl-C does not wait for anything.
public struct Interruption: Sendable {
    private let signals: AsyncStream<Void>

    /// To be made once.
    public init() {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self)
        self.signals = signals
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        wakeup = ends[1]
        let source = DispatchSource.makeReadSource(fileDescriptor: ends[0])
        source.setEventHandler {
            continuation.finish()
            source.cancel()
        }
        source.resume()
        // Not Dispatch's own sources of signals: one that comes between ignoring it and watching for it is lost.
        for number in [SIGINT, SIGTERM] { signal(number, wakeUp) }
    }

    /// Returns when it has come, or when the task is cancelled.
    public func wait() async {
        for await _ in signals {}
    }
}

/// Where a signal handler writes to, which is one of the few things that it may do. Set before there is a handler.
nonisolated(unsafe) private var wakeup: Int32 = -1

private func wakeUp(_ number: Int32) {
    let error = errno
    signal(SIGINT, SIG_DFL)
    signal(SIGTERM, SIG_DFL)
    var byte: UInt8 = 0
    _ = write(wakeup, &byte, 1)
    errno = error
}
