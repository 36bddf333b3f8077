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
    /// What the user should know, such as that prices are stale.
    public private(set) var problem: String?
    /// Whether prices come in.
    public private(set) var isLive = false

    private let url: String
    private let topics: [String]
    private let token: String?

    public init(url: String, topics: [String], token: String? = nil) {
        self.url = url
        self.topics = topics
        self.token = token
    }

    private struct Trade: Decodable, Sendable {
        var symbol: String
        var price: Double
    }

    /// Shows prices until the task is cancelled, or the server refuses the client.
    public func run() async {
        var configuration = WSEConfiguration()
        configuration.initialConnect = .retry
        // A view wants the newest prices, not every one of them.
        let newest = StreamBuffering(capacity: 100, overflow: .dropOldest)
        do {
            try await withWSEClient(
                url: url, token: token, topics: topics, configuration: configuration
            ) { client in
                let states = Task { for await state in client.states { show(state) } }
                defer { states.cancel() }
                for try await trade in client.events(of: Trade.self, type: "trade", buffering: newest) {
                    prices[trade.symbol] = trade.price
                }
            }
            isLive = false
        } catch {
            isLive = false
            problem = error.localizedProblem
        }
    }

    private func show(_ state: ConnectionState) {
        isLive = state == .connected || state == .degraded
        problem = state == .reconnecting ? "Reconnecting; prices may be old." : nil
    }
}

extension Error {
    /// In words for the user of an app.
    fileprivate var localizedProblem: String? {
        switch self {
        case is CancellationError: nil
        case let error as WSEError where error.code == .auth: "Please sign in again."
        default: "Prices are not available."
        }
    }
}
