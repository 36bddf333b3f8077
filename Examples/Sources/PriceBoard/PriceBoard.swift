public import Observation
import WSEClient

/// What a SwiftUI view of prices shows. The client lives as long as ``run()``, so `.task { await board.run() }` connects
/// when the view appears and disconnects when it goes.
///
/// ```swift
/// struct PricesView: View {
///     @State var board = PriceBoard(url: "wss://example.com/wse", topics: ["prices"])
///
///     var body: some View {
///         List(board.prices.sorted(by: { $0.key < $1.key }), id: \.key) { symbol, price in
///             LabeledContent(symbol, value: price, format: .number)
///         }
///         .overlay { if let problem = board.problem { Text(problem) } }
///         .task { await board.run() }
///     }
/// }
/// ```
@MainActor @Observable
public final class PriceBoard {
    /// The last price of each symbol.
    public private(set) var prices: [String: Double] = [:]
    /// What the user should know, such as that prices are old.
    public private(set) var problem: String?
    /// Whether prices come in.
    public private(set) var isLive = false

    private let url: String
    private let topics: [String]
    private let token: String?
    private var refusal: String?

    public init(url: String, topics: [String], token: String? = nil) {
        self.url = url
        self.topics = topics
        self.token = token
    }

    private struct Trade: Decodable, Sendable {
        var symbol: String
        var price: Double
    }

    /// Shows prices until the task is cancelled, or the server refuses the client. May be called again then.
    public func run() async {
        (problem, refusal) = (nil, nil)
        do {
            let client = try makeClient()
            do {
                try await showPrices(of: client)
                await client.disconnect()
            } catch {
                await client.disconnect()
                throw error
            }
        } catch {
            problem = error.problem
        }
        isLive = false
    }

    private func makeClient() throws -> WSEClient {
        var configuration = WSEConfiguration(
            tokenProvider: token.map { StaticToken($0) }, topics: topics)
        // An app may start in a tunnel.
        configuration.initialConnect = .retry
        return try WSEClient(url: url, configuration: configuration)
    }

    private func showPrices(of client: WSEClient) async throws {
        // Before the connection, so that nothing of it is missed.
        let signals = client.signals
        let trades = client.events(of: Trade.self, type: "trade")
        async let _ = follow(signals)
        try await client.connect()
        // Of each symbol the last price counts, so a gap needs no care: the next trade mends it.
        for try await trade in trades { prices[trade.symbol] = trade.price }
    }

    private func follow(_ signals: AsyncStream<WSESignal>) async {
        for await signal in signals {
            switch signal {
            case .state(let state):
                isLive = state == .connected || state == .degraded
                if isLive { problem = refusal }
            case .retrying:
                problem = prices.isEmpty ? "No connection yet." : "Reconnecting; prices may be old."
            case .refused(let topics):
                refusal = "Not available: \(topics.sorted().joined(separator: ", "))."
                problem = refusal
            default: break
            }
        }
    }
}

extension Error {
    /// In words for the user of an app; `nil` for what the user did.
    fileprivate var problem: String? {
        switch (self as? WSEError)?.code {
        case .cancelled, .closed: nil
        case .auth: "Please sign in again."
        default: self is CancellationError ? nil : "Prices are not available."
        }
    }
}
