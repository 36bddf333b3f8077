// Prices in a terminal, one line for each symbol, as they come.
//
//   swift run ticker ws://127.0.0.1:5007/wse market.BTC-USD market.ETH-USD
import Foundation
import WSEClient

struct Trade: Decodable, Sendable {
    var symbol: String
    var price: Double
    var side: String
}

guard CommandLine.arguments.count > 2 else {
    print("usage: ticker URL TOPIC…   (WSE_TOKEN is not needed by the test server)")
    exit(64)
}
let topics = Array(CommandLine.arguments.dropFirst(2))

try await withWSEClient(url: CommandLine.arguments[1], topics: topics) { client in
    // What goes wrong is told here; the loop below only sees trades.
    let warnings = Task {
        for await signal in client.signals {
            switch signal {
            case .gap(let gap): print("missed \(gap.count) trades of \(gap.topic)")
            case .retrying(let delay, let cause): print("again in \(delay): \(cause)")
            default: break
            }
        }
    }
    defer { warnings.cancel() }
    var last: [String: Double] = [:]
    for try await trade in client.events(of: Trade.self, type: "trade") {
        let arrow = trade.price > last[trade.symbol] ?? trade.price ? "▲" : "▼"
        last[trade.symbol] = trade.price
        print(trade.symbol, arrow, trade.price, trade.side)
    }
}
