import NIOCore
import Synchronization
import WebSocketFraming

/// The thread-safe handle of a connection over SwiftNIO.
///
/// Senders frame and mask on their own thread, into a buffer behind a lock. Everything else belongs to the event loop,
/// in `stage`: first a ``ConnectionAttempt``, then a ``FrameHandler``. Whichever holds the handler reports `closed`.
final class NIOWebSocketConnection: WebSocketConnection, Sendable {
    enum Stage {
        case connecting(ConnectionAttempt)
        case open(FrameHandler)
    }

    let eventLoop: any EventLoop
    let output: OrderedMutex<OutputBuffer>
    let isReadingWanted = Atomic(true)
    /// `nil` before the first event loop tick and after the end.
    let stage: NIOLoopBoundBox<Stage?>

    init(eventLoop: any EventLoop, configuration: WebSocketConfiguration) {
        self.eventLoop = eventLoop
        output = OrderedMutex(OutputBuffer(configuration: configuration))
        stage = .makeEmptyBox(eventLoop: eventLoop)
    }

    func send(
        _ kind: WebSocketMessageKind, _ payload: RawSpan
    ) throws(WebSocketError) -> WebSocketWriteReceipt {
        let (receipt, needsFlush) = try output.withLock { buffer throws(WebSocketError) in
            try buffer.send(kind, payload)
        }
        if needsFlush { scheduleFlush() }
        return receipt
    }

    func ping(_ payload: RawSpan) throws(WebSocketError) {
        let needsFlush = try output.withLock { buffer throws(WebSocketError) in try buffer.ping(payload) }
        if needsFlush { scheduleFlush() }
    }

    func pauseReading() { setReading(false) }

    func resumeReading() { setReading(true) }

    /// The last wish counts, whatever thread it came from: event loop tasks may run in another order.
    private func setReading(_ isReading: Bool) {
        isReadingWanted.store(isReading, ordering: .sequentiallyConsistent)
        if eventLoop.inEventLoop { applyReading() } else { eventLoop.execute { self.applyReading() } }
    }

    private func applyReading() {
        if case .open(let frames) = stage.value {
            frames.setReading(isReadingWanted.load(ordering: .sequentiallyConsistent))
        }
    }

    func close(code: WebSocketCloseCode, reason: String) {
        // Codes that must not stand in a frame (RFC 6455 section 7.4) leave it empty.
        let payload =
            CloseFrame.isSendable(code.rawValue)
            ? CloseFrame.payload(code: code.rawValue, reason: reason) : []
        let (isFirst, _) = output.withLock { $0.close(payload: payload) }
        eventLoop.execute {
            switch self.stage.value {
            case .open(let frames):
                // The upgrade may have succeeded since; then no close frame was queued above.
                let isQueued = isFirst || self.output.withLock { $0.close(payload: payload).isFirst }
                if isQueued { frames.didQueueCloseFrame() }
            case .connecting(let attempt): attempt.cancel()
            case nil: break
            }
        }
    }

    func abort() {
        output.withLock { $0.close() }
        eventLoop.execute {
            switch self.stage.value {
            case .open(let frames): frames.abort()
            case .connecting(let attempt): attempt.cancel()
            case nil: break
            }
        }
    }

    func schedule(
        after delay: Duration, _ work: @escaping @Sendable () -> Void
    ) -> (any WebSocketScheduledWork)? {
        EventLoopWork.schedule(on: eventLoop, after: delay, work)
    }

    func scheduleFlush() {
        eventLoop.execute {
            if case .open(let frames) = self.stage.value { frames.flush() }
        }
    }
}
