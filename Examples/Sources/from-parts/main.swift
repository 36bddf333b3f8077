// A client of one's own, from the parts: WSETransport for the socket, WSEWire for the frames, WSEResilience for the order
// and for the delay between attempts. It follows one topic, and has neither encryption nor queues; WSEClient is what grew
// out of this.
//
//   swift run from-parts ws://127.0.0.1:5007/wse market.BTC-USD
import Terminal

await runProgram("from-parts URL TOPIC", arguments: 2...2) { arguments in
    let interruption = Interruption()
    let session = try Session(url: arguments[0], topic: arguments[1], token: accessToken())
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await session.run() }
        group.addTask { await interruption.wait() }
        let outcome = await group.nextResult()
        await session.leave()
        group.cancelAll()
        try outcome?.get()
    }
}
