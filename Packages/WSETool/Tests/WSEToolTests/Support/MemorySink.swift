import Synchronization

@testable import WSEToolKit

/// Keeps what a command writes, and lets a test wait for it.
final class MemorySink: ByteSink {
    private struct State {
        var bytes: [UInt8] = []
        var waiters: [(wanted: @Sendable (String) -> Bool, continuation: CheckedContinuation<Void, Never>)] =
            []
        var failure: ToolError?
        var isCancelled = false
    }

    private let state = Mutex(State())

    func write(_ bytes: [UInt8]) throws(ToolError) {
        let (failure, ready) = state.withLock { state -> (ToolError?, [CheckedContinuation<Void, Never>]) in
            if let failure = state.failure { return (failure, []) }
            state.bytes += bytes
            let text = String(decoding: state.bytes, as: UTF8.self)
            let ready = state.waiters.filter { $0.wanted(text) }.map(\.continuation)
            state.waiters.removeAll { $0.wanted(text) }
            return (nil, ready)
        }
        for continuation in ready { continuation.resume() }
        if let failure { throw failure }
    }

    /// Makes every write fail from now on, as when the reader of a pipe goes.
    func fail(with error: ToolError) { state.withLock { $0.failure = error } }

    var text: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }
    var bytes: [UInt8] { state.withLock { $0.bytes } }
    var lines: [String] { text.split(separator: "\n").map(String.init) }

    /// Returns once the text so far fulfils a condition, or the task is cancelled, as by a test's time limit.
    func wait(until wanted: @escaping @Sendable (String) -> Bool) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    if state.isCancelled || wanted(String(decoding: state.bytes, as: UTF8.self)) {
                        return true
                    }
                    state.waiters.append((wanted, continuation))
                    return false
                }
                if isThere { continuation.resume() }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                state.isCancelled = true
                defer { state.waiters = [] }
                return state.waiters.map(\.continuation)
            }
            for continuation in waiting { continuation.resume() }
        }
    }
}
