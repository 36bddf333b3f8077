public import WSEResilience

extension WSEClient {
    /// How good the link is, judged by the round trips of the heartbeat; `unknown` until two pings of this connection
    /// were answered. Changes come as ``WSESignal/quality(_:)``.
    public var connectionQuality: NetworkQuality { engine.read { $0.machine.network.quality } }

    /// Latency, jitter and loss of the link.
    public var networkDiagnostics: NetworkMonitor.Diagnostics {
        engine.read { $0.machine.network.diagnostics }
    }

    /// Whether missed publications are asked for: the configuration wants it, and the server says that it can.
    public var isRecoveryEnabled: Bool { engine.read { $0.machine.recoveryIsAvailable } }

    /// Whether the server has been asked for publications that were missed, and has not delivered them yet.
    public var isRecovering: Bool { !recoveryState.isEmpty }

    /// The topics whose missed publications the server has been asked for, until they are delivered or announced as a
    /// gap.
    public var recoveryState: Set<String> { engine.read { $0.machine.recoveringTopics } }

    /// Connects unless connected, and returns when the client is disconnected, or disconnects when the task is
    /// cancelled.
    ///
    /// - Throws: ``WSEError`` as ``connect()``, and what ended the client.
    public func run() async throws(WSEError) {
        do throws(WSEError) {
            try await connect()
            try await engine.waitUntilClosed()
        } catch {
            guard error.code == .cancelled, Task.isCancelled else { throw error }
        }
        // In a task of its own, as a cancelled one does not wait.
        if Task.isCancelled { await Task { await disconnect() }.value }
    }
}
