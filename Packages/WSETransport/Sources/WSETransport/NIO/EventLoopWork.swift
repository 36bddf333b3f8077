import NIOCore
import Synchronization

/// Work that waits for its time on an event loop.
final class EventLoopWork: WebSocketScheduledWork {
    private let isOver = Atomic(false)
    private let work: @Sendable () -> Void
    private let scheduled = OrderedMutex<NIOScheduledCallback?>(nil)

    private init(_ work: @escaping @Sendable () -> Void) {
        self.work = work
    }

    /// - Returns: `nil` if this is not called on the event loop: one that has ended takes such work and drops it.
    static func schedule(
        on eventLoop: any EventLoop, after delay: Duration, _ work: @escaping @Sendable () -> Void
    ) -> EventLoopWork? {
        guard eventLoop.inEventLoop else { return nil }
        let waiting = EventLoopWork(work)
        guard let callback = try? eventLoop.scheduleCallback(in: TimeAmount(delay), handler: waiting) else {
            return nil
        }
        waiting.scheduled.withLock { $0 = callback }
        return waiting
    }

    func cancel() {
        guard !isOver.exchange(true, ordering: .relaxed) else { return }
        scheduled.withLock { $0 }?.cancel()
    }

    private func run() {
        if !isOver.exchange(true, ordering: .relaxed) { work() }
    }
}

extension EventLoopWork: NIOScheduledCallbackHandler {
    func handleScheduledCallback(eventLoop: some EventLoop) { run() }

    /// Not cancelled by its owner, who would have said so before: the event loop ends. It takes nothing along that somebody
    /// waits for.
    func didCancelScheduledCallback(eventLoop: some EventLoop) { run() }
}
