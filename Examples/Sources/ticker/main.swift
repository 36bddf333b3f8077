// Prices in a terminal, a line for each trade, with the way the price went.
//
//   swift run ticker ws://127.0.0.1:5007/wse market.BTC-USD market.ETH-USD
import Terminal
import WSEClient

struct Trade: Decodable, Sendable {
    var symbol: String
    var price: Double
    var side: String
}

/// Tells what goes wrong; whoever reads the trades only sees trades.
func tell(_ signals: AsyncStream<WSESignal>) async {
    for await signal in signals {
        switch signal {
        case .gap(let gap): note("missed \(gap.count) events of \(gap.topic)")
        case .resync(let topic, _): note("\(topic) begins anew; trades may be missing")
        case .undecodable(let type, let error): note("passed over a \(type): \(error)")
        case .unreadable(let error): note("skipped a frame: \(error)")
        case .serverError(let error): note("the server reports \(error)")
        case .retrying(let delay, let cause): note("no connection, again in \(delay): \(cause)")
        default: break
        }
    }
}

await runProgram("ticker URL TOPIC…", arguments: 2...) { arguments in
    try await withWSEClient(url: arguments[0], token: accessToken()) { client in
        let interruption = Interruption()
        // Both before the subscription, so that nothing of it is missed.
        let signals = client.signals
        let trades = client.events(of: Trade.self, type: "trade")
        async let _ = tell(signals)
        // The streams end with the client.
        async let _ = {
            await interruption.wait()
            await client.disconnect()
        }()

        let subscription = try await client.subscribe(Array(arguments.dropFirst()))
        for topic in subscription.refused.sorted() { note("the server refuses \(topic)") }
        if client.wantedTopics.isEmpty, client.state != .disconnected { throw Failure("no topics are left") }

        var last: [String: Double] = [:]
        for try await trade in trades {
            let before = last.updateValue(trade.price, forKey: trade.symbol) ?? trade.price
            let arrow = trade.price > before ? "▲" : trade.price < before ? "▼" : "="
            try show("\(trade.symbol) \(arrow) \(trade.price) \(trade.side)")
        }
    }
}
