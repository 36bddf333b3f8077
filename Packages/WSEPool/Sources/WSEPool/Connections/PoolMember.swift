@_spi(WSEPool) import WSEClient
@_spi(WSE) import WSETransport
import WSEWire

/// One of a pool's connections.
final class PoolMember: Sendable {
    /// Unique in the pool, never used again.
    let number: Int
    /// The endpoint that it is bound to; `nil` if the pool's strategy picks.
    let endpoint: WebSocketURL?
    /// Its place among those that share the topics between them.
    let slot: Int
    let client: WSEClient
    /// Whether it was made for several servers, each with a history of its own.
    let isClustered: Bool
    /// What connects it for the first time.
    private let connecting = OrderedMutex<Task<Void, Never>?>(nil)

    init(number: Int, endpoint: WebSocketURL?, slot: Int, isClustered: Bool, client: WSEClient) {
        self.number = number
        self.endpoint = endpoint
        self.slot = slot
        self.isClustered = isClustered
        self.client = client
    }

    /// What came of connecting for the first time.
    enum FirstAttempt: Sendable {
        case ready
        /// It failed, and goes on.
        case failed(WSEError)
        /// It failed for good.
        case ended(WSEError)
    }

    /// Connects, and tells what comes of it: perhaps a failure at first, then ready or the end.
    func connect(_ report: @escaping @Sendable (FirstAttempt) -> Void) {
        let signals = client.signals
        let watching = Task {
            for await signal in signals {
                guard case .retrying(_, let cause) = signal else { continue }
                report(.failed(cause))
                break
            }
        }
        let task = Task { [client] in
            do throws(WSEError) {
                try await client.connect()
                report(.ready)
            } catch {
                report(.ended(error))
            }
            watching.cancel()
        }
        connecting.withLock { $0 = task }
    }

    /// Closes its connection, and gives up making one, should that have only just begun.
    func disconnect() async {
        await client.disconnect()
        connecting.withLock { $0?.cancel() }
    }
}

/// Where a member's events go.
final class MemberSink: EventSink {
    private let member: Int
    private let merge: MergePoint
    private let onEnd: @Sendable (WSEError) -> Void

    init(member: Int, merge: MergePoint, onEnd: @escaping @Sendable (WSEError) -> Void) {
        self.member = member
        self.merge = merge
        self.onEnd = onEnd
    }

    func deliver(_ batch: [WSEEvent]) -> EventHub.Outcome { merge.deliver(batch, from: member) }

    func missing(_ gap: WSEGap) -> [WSEGap] { merge.missing(gap, from: member) }

    var isFull: Bool { merge.hub.isFull }

    func finished(_ error: WSEError?) {
        if let error { onEnd(error) }
    }
}
