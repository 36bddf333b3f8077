import Synchronization
@_spi(WSEPool) import WSEClient
@_spi(WSE) import WSETransport

extension PoolCore {
    func connect() async throws(WSEError) {
        await turnstile.enter(alone: true)
        let isRunning = state.withLock { state in
            defer {
                state.isRunning = true
                if !state.isRunning { state.ended = [] }
            }
            return state.isRunning
        }
        if !isRunning { merge.hub.reopen() }
        // Not for as long as connecting takes: topics may be wanted meanwhile, and other endpoints be what helps.
        turnstile.leave(alone: true)
        while true {
            let members = members
            do throws(WSEError) {
                return try await connect(members, goesOn: configuration.client.initialConnect == .retry)
            } catch {
                let isReplaced = state.withLock { state in
                    state.isRunning
                        && !state.members.contains { member in members.contains { $0 === member } }
                }
                if error.isUsersOwn, isReplaced, !Task.isCancelled { continue }
                state.withLock { $0.isRunning = false }
                await disconnect(self.members)
                merge.hub.finish()
                throw error
            }
        }
    }

    /// Connects members; returns when one at least is ready, and each is or has failed once.
    ///
    /// - Parameters:
    ///   - all: Whether each must become ready.
    ///   - goesOn: Whether to wait on if all have failed.
    /// - Throws: What the first one met, if none has become ready; a refused token; `cancelled`.
    func connect(_ members: [PoolMember], all: Bool = false, goesOn: Bool) async throws(WSEError) {
        let (outcomes, continuation) = AsyncStream.makeStream(of: (Int, PoolMember.FirstAttempt).self)
        // Begun under the lock, so that a disconnect finds them all.
        let isBegun = state.withLock { state in
            guard state.isRunning else { return false }
            for member in members { member.connect { continuation.yield((member.number, $0)) } }
            return true
        }
        guard isBegun else { throw WSEError(.closed, "the pool was disconnected") }
        var ready: Set<Int> = []
        var failures: [Int: WSEError] = [:]
        if members.isEmpty { return }
        for await (number, outcome) in outcomes {
            switch outcome {
            case .ready:
                failures[number] = nil
                ready.insert(number)
            case .failed(let error):
                if !ready.contains(number) { failures[number] = error }
            case .ended(let error):
                if error.code == .auth { throw error }
                failures[number] = error
            }
            if all, !failures.isEmpty, let error = failures[number] { throw error }
            guard ready.count + failures.count == members.count else { continue }
            if !ready.isEmpty { return }
            if let error = failures[number], !goesOn || failures.values.allSatisfy(\.isUsersOwn) {
                throw failures.min { $0.key < $1.key }?.value ?? error
            }
        }
        throw WSEError(.cancelled, "the task that connects was cancelled")
    }

    func disconnect() async {
        let (members, wasRunning) = state.withLock { state in
            defer { state.isRunning = false }
            return (state.members + state.others, state.isRunning)
        }
        // At once, as it ends what others wait for within the turnstile.
        await disconnect(members)
        merge.hub.finish()
        if wasRunning {
            await turnstile.enter(alone: true)
            turnstile.leave(alone: true)
        }
        await merge.hub.handlersAreIdle()
    }

    func disconnect(_ members: [PoolMember]) async {
        await withTaskGroup { group in
            for member in members { group.addTask { await member.disconnect() } }
        }
    }
}

extension WSEError {
    /// Whether no server has anything to do with it.
    fileprivate var isUsersOwn: Bool { code == .closed || code == .cancelled }
}
