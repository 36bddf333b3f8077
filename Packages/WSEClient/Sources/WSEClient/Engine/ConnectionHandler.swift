import WSETransport
import WSEWire

/// Carries what one connection reports to the engine, marked with its attempt, so that a connection that is no
/// longer current cannot disturb the one that is.
final class ConnectionHandler: WebSocketHandler {
    private let engine: SessionEngine
    private let attempt: AttemptID

    init(engine: SessionEngine, attempt: AttemptID) {
        self.engine = engine
        self.attempt = attempt
    }

    func webSocketOpened(_ response: WebSocketUpgradeResponse) {
        engine.perform { state, now in state.machine.opened(attempt, now: now) }
    }

    func webSocketReceived(_ messages: Span<WebSocketMessageRecord>, in bytes: RawSpan) {
        engine.received(messages, in: bytes, from: attempt)
    }

    func webSocketFlushed(through position: UInt64) {
        engine.perform { state, now in state.machine.flushed(attempt, through: position, now: now) }
    }

    func webSocketClosed(_ closure: WebSocketClosure) {
        engine.perform { state, now in
            if state.connection?.attempt == attempt { state.connection = nil }
            state.machine.closed(attempt, closure, now: now)
        }
    }
}

extension SessionEngine {
    /// The hot path: decodes, sequences and routes all messages of a read under one lock.
    func received(_ messages: Span<WebSocketMessageRecord>, in bytes: RawSpan, from attempt: AttemptID) {
        perform { state, now in
            guard state.machine.currentAttempt == attempt else { return }
            state.machine.heartbeat.received(now.instant)
            for index in messages.indices {
                let record = messages[index]
                let message = bytes.extracting(record.offset..<record.offset &+ record.count)
                state.machine.received(
                    message, as: record.kind == .text ? .text : .binary, from: attempt, now: now)
            }
            state.machine.finishedRead(now: now)
        }
    }
}
