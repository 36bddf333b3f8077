internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix

extension WSETestServer {
    /// How connections end when the server goes away.
    public struct Farewell: Sendable, Hashable {
        enum Value: Sendable, Hashable {
            case shutdown, drain, crash(CutStyle)
        }

        let value: Value

        /// Close 1001 "server shutting down", as the published server's `stop()`; without status in the prefixed
        /// dialect.
        public static let shutdown = Farewell(value: .shutdown)
        /// Close 4300, as the published server's `drain()`, in both dialects.
        public static let drain = Farewell(value: .drain)
        /// TCP ends without a close frame.
        public static func crash(_ style: CutStyle = .finish) -> Farewell { Farewell(value: .crash(style)) }

        func end(_ link: ConnectionLink, _ dialect: Dialect) {
            switch value {
            case .shutdown where dialect == .prefixed: link.enqueue(.close(code: nil, reason: ""))
            case .shutdown: link.enqueue(.close(code: 1001, reason: "server shutting down"))
            case .drain: link.enqueue(.close(code: 4300, reason: ""))
            case .crash(let style): link.end(style)
            }
        }
    }

    /// What remains of topics while the server is away.
    public struct Memory: Sendable, Hashable {
        enum Value: Sendable {
            case keep, forget
        }

        let value: Value

        /// Epochs, offsets and publications are as before.
        public static let keep = Memory(value: .keep)
        /// Each topic begins a new epoch with nothing to replay.
        public static let forget = Memory(value: .forget)
    }

    /// Ends all connections and the server for good. What was recorded can still be asked for.
    ///
    /// Takes about two seconds at most, whatever clients do; less where they read and answer. A server that was stopped stays so:
    /// stopping it again, taking it down and draining it do nothing.
    public func stop(_ farewell: Farewell = .shutdown) async {
        await inTurn {
            await self.goAway(farewell)
            let waiters = self.update { state in
                state.isStopped = true
                return state.waiters.removeAll()
            }
            for waiter in waiters { waiter.resume(.stopped) }
            // It fails only where the group was shut down before.
            try? await self.group.shutdownGracefully()
        }
    }

    /// Closes all connections with 4300 and new ones before they have said anything, until ``bringUp(_:)``; the port
    /// stays open. Returns once all connections are gone.
    public func drain() async {
        await inTurn {
            self.update { $0.isDraining = true }
            await self.endConnections(.drain)
        }
    }

    /// Ends all connections and closes the port until ``bringUp(_:)``: clients are refused.
    public func takeDown(_ farewell: Farewell = .crash()) async {
        await inTurn { await self.goAway(farewell) }
    }

    /// Opens the same port again after ``takeDown(_:)``, or lets clients in again after ``drain()``.
    ///
    /// - Throws: ``WSETestServerError`` with code `bindFailed` if another program took the port meanwhile, `stopped`
    ///   after ``stop(_:)``.
    public func bringUp(_ memory: Memory = .forget) async throws(WSETestServerError) {
        let result = await inTurn { () async -> Result<Void, WSETestServerError> in
            do throws(WSETestServerError) {
                return .success(try await self.comeBack(memory))
            } catch {
                return .failure(error)
            }
        }
        guard let result else { throw WSETestServerError(.stopped, "the server was stopped for good") }
        try result.get()
    }

    /// Goes away and comes back on the same port.
    ///
    /// - Throws: As ``bringUp(_:)``.
    public func restart(
        _ farewell: Farewell = .shutdown, memory: Memory = .forget
    ) async throws(WSETestServerError) {
        await takeDown(farewell)
        try await bringUp(memory)
    }

    /// Does one thing after the other, in the order of the calls.
    ///
    /// - Returns: `nil` once the server was stopped; nothing was done then.
    @discardableResult
    private func inTurn<Result: Sendable>(_ step: @escaping @Sendable () async -> Result) async -> Result? {
        let task = lastStep.withLockedValue { last in
            let task = Task { [last] () -> Result? in
                await last?.value
                return self.read { $0.isStopped } ? nil : await step()
            }
            last = Task { _ = await task.value }
            return task
        }
        return await task.value
    }

    private func goAway(_ farewell: Farewell) async {
        update { $0.isDraining = true }
        let channel = listening.withLockedValue { listening in
            defer { listening.channel = nil }
            return listening.channel
        }
        // It fails only where it has closed by itself.
        try? await channel?.close().get()
        await endConnections(farewell)
    }

    private func comeBack(_ memory: Memory) async throws(WSETestServerError) {
        update { state in
            state.isDraining = false
            guard memory == .forget else { return }
            for topic in state.topics.keys { state.topics[topic]?.forgetHistory() }
        }
        if listening.withLockedValue({ $0.channel == nil }) { try await bind() }
    }

    /// Returns once every TCP connection is gone.
    private func endConnections(_ farewell: Farewell) async {
        let (links, channels) = read { state in
            // Those that were turned away say goodbye for themselves, but perhaps not soon enough.
            (state.log.open, Array(state.channels.values))
        }
        for link in links {
            link.setStalled(false)
            farewell.end(link, configuration.dialect)
        }
        let upgraded = Set(links.map { ObjectIdentifier($0.channel) })
        // Those that never became a WebSocket have nobody to say goodbye to.
        for channel in channels where !upgraded.contains(ObjectIdentifier(channel)) {
            channel.eventLoop.execute { channel.closeAtOnce() }
        }
        let latest = group.next().scheduleTask(in: ConnectionLink.closeGrace) {
            // A client that does not read, or does not answer, must not hold the server.
            for link in links { link.terminate(.finish) }
        }
        for channel in channels { try? await channel.closeFuture.get() }
        latest.cancel()
    }
}
