internal import NIOCore
internal import NIOPosix
internal import NIOConcurrencyHelpers

extension WSETestServer {
    /// Waits until the state gives a result: looks now, and then after each change.
    ///
    /// - Parameters:
    ///   - what: Named in the error.
    ///   - limit: The longest that it waits.
    func wait<Result: Sendable>(
        for what: @autoclosure @Sendable () -> String, within limit: Duration,
        _ condition: @escaping @Sendable (inout ServerState) -> Result?
    ) async throws(WSETestServerError) -> Result {
        let id = update { $0.waiters.reserveID() }
        let found = Found<Result>()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiter = WaiterList.Waiter(id: id) { state in
                    guard let result = condition(&state) else { return false }
                    found.result.withLockedValue { $0 = result }
                    return true
                } resume: {
                    continuation.resume(returning: $0)
                }
                begin(waiter, within: limit, found)
            }
        } onCancel: {
            finish(id, .cancelled)
        }
        found.timer.withLockedValue { $0?.cancel() }
        switch outcome {
        case .fulfilled:
            if let result = found.result.withLockedValue({ $0 }) { return result }
            throw WSETestServerError(.stopped, "the server lost \(what())")
        case .timedOut: throw WSETestServerError(.timedOut, "waited \(limit) for \(what())")
        case .cancelled: throw WSETestServerError(.cancelled, "cancelled while waiting for \(what())")
        case .stopped: throw WSETestServerError(.stopped, "the server was stopped before \(what())")
        }
    }

    /// What a waiting call shares with those who end its wait.
    private final class Found<Result: Sendable>: Sendable {
        let result = NIOLockedValueBox<Result?>(nil)
        let timer = NIOLockedValueBox<Scheduled<Void>?>(nil)
    }

    private func begin<Result>(
        _ waiter: WaiterList.Waiter, within limit: Duration, _ found: Found<Result>
    ) {
        let immediate = update { state -> WaiterList.Outcome? in
            if waiter.isFulfilled(&state) { return .fulfilled }
            if state.isStopped { return .stopped }
            state.waiters.add(waiter)
            return nil
        }
        if let immediate {
            waiter.resume(immediate)
            return
        }
        found.timer.withLockedValue {
            // Not on the server's own thread, which may end meanwhile.
            $0 = MultiThreadedEventLoopGroup.singleton.next().scheduleTask(in: TimeAmount(limit)) {
                self.finish(waiter.id, .timedOut)
            }
        }
        // A cancellation that came before the waiter was in the list found nothing to end.
        if Task.isCancelled { finish(waiter.id, .cancelled) }
    }

    private func finish(_ id: UInt64, _ outcome: WaiterList.Outcome) {
        let waiter = update { $0.waiters.remove(id) }
        waiter?.resume(outcome)
    }
}
