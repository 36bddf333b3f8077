import NIOCore
import NIOWebSocket
import Testing
import WSETestServer

/// The app that the documentation's examples test: shows prices in order, buys, and comes back after a cut. A real app
/// has a WSE client for all of this.
actor TickerApp {
    struct LoginFailed: Error {}
    struct Ended: Error {}

    private let server: String
    private let token: String?
    private let prices: AsyncStream<Int>
    private let shown: AsyncStream<Int>.Continuation
    private var client: WireClient?
    private var last: RecoveryStamp?
    /// Prices that came before the one that is due.
    private var early: [UInt64: Int] = [:]
    private var orders: [String: CheckedContinuation<Int, any Error>] = [:]
    private var running: Task<Void, Never>?

    /// Connects, and returns once the server has let it in.
    static func launch(server: String, token: String? = nil) async throws -> TickerApp {
        let app = TickerApp(server: server, token: token)
        try await app.connect()
        await app.run()
        return app
    }

    private init(server: String, token: String?) {
        self.server = server
        self.token = token
        (prices, shown) = AsyncStream.makeStream(of: Int.self)
    }

    deinit {
        running?.cancel()
    }

    /// The next price that is shown.
    func nextPrice() async throws -> Int {
        for await price in prices { return price }
        throw Ended()
    }

    /// Orders something and returns the order's number.
    func buy(_ symbol: String) async throws -> Int {
        try await withCheckedThrowingContinuation { continuation in
            orders[symbol] = continuation
            client?.send(#"{"t":"order","cid":"\#(symbol)","p":{"symbol":"\#(symbol)"}}"#)
        }
    }

    private func connect() async throws {
        var client = try await WireClient.connect(toURL: server, token: token)
        guard try await client.nextEvent().type == "server_ready" else { throw LoginFailed() }
        let position = last.map {
            #","recovery":{"prices":{"epoch":"\#($0.epoch)","offset":\#($0.offset)}}"#
        }
        client.send(
            #"{"t":"subscription_update","p":{"action":"subscribe","topics":["prices"],"presence":{"name":"Ada"},"recover":true\#(position ?? "")}}"#
        )
        early = [:]
        self.client = client
    }

    private func run() {
        running = Task { [weak self] in
            while !Task.isCancelled, await self?.step() ?? false {}
        }
    }

    /// Handles one frame; connects again where there is none.
    ///
    /// - Returns: `false` once the server is gone for good.
    private func step() async -> Bool {
        guard var client else { return false }
        switch await client.next() {
        case .text(let text): handle(WireClient.decode(Array(text.utf8), as: .text))
        case .binary(let bytes): handle(WireClient.decode(bytes, as: .binary))
        case .ping(let payload): client.send(.pong, .init(bytes: payload))
        case .end: return (try? await connect()) != nil
        default: break
        }
        return true
    }

    private func handle(_ items: [WireItem]) {
        for case .event(let event) in items {
            switch event.type {
            case "order_accepted":
                orders.removeValue(forKey: event.correlationID ?? "")?
                    .resume(returning: event.payload["id"]?.intValue ?? -1)
            case "price":
                guard let stamp = event.stamp, let value = event.payload["value"]?.intValue else { continue }
                show(value, at: stamp)
            default: break
            }
        }
    }

    private func show(_ price: Int, at stamp: RecoveryStamp) {
        let due = last.map { $0.offset + 1 } ?? 0
        guard stamp.offset >= due else { return }
        early[stamp.offset] = price
        while let next = early.removeValue(forKey: last.map { $0.offset + 1 } ?? 0) {
            shown.yield(next)
            last = RecoveryStamp(
                topic: stamp.topic, epoch: stamp.epoch, offset: last.map { $0.offset + 1 } ?? 0)
        }
    }
}
