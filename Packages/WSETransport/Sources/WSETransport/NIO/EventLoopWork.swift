import NIOCore

/// Work that waits for its time on an event loop.
struct EventLoopWork: WebSocketScheduledWork {
    private let scheduled: Scheduled<Void>

    init(_ eventLoop: any EventLoop, after delay: Duration, _ work: @escaping @Sendable () -> Void) {
        scheduled = eventLoop.scheduleTask(in: TimeAmount(delay), work)
        scheduled.futureResult.whenFailure { error in
            // A loop that ends takes nothing along that somebody waits for.
            if error as? EventLoopError != .cancelled { work() }
        }
    }

    func cancel() {
        scheduled.cancel()
    }
}
