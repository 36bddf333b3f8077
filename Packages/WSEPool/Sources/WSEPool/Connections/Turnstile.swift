@_spi(WSE) import WSETransport

/// Lets many tasks through together, or one alone, in the order in which they come.
final class Turnstile: Sendable {
    private struct State {
        var together = 0
        var isTaken = false
        var waiting: [(alone: Bool, continuation: CheckedContinuation<Void, Never>)] = []

        mutating func admit(alone: Bool) -> Bool {
            guard !isTaken, !alone || together == 0 else { return false }
            if alone { isTaken = true } else { together += 1 }
            return true
        }
    }

    private let state = OrderedMutex(State())

    /// Waits for its turn. Each call is followed by one of ``leave(alone:)``.
    func enter(alone: Bool) async {
        await withCheckedContinuation { continuation in
            let isIn = state.withLock { state in
                if state.waiting.isEmpty, state.admit(alone: alone) { return true }
                state.waiting.append((alone, continuation))
                return false
            }
            if isIn { continuation.resume() }
        }
    }

    func leave(alone: Bool) {
        let admitted = state.withLock { state in
            if alone { state.isTaken = false } else { state.together -= 1 }
            var admitted: [CheckedContinuation<Void, Never>] = []
            while let next = state.waiting.first, state.admit(alone: next.alone) {
                admitted.append(state.waiting.removeFirst().continuation)
            }
            return admitted
        }
        for continuation in admitted { continuation.resume() }
    }
}
