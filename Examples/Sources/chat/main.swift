// A chat room: who comes and goes, and what they say. The end of the input, or Ctrl-C, leaves it.
//
//   swift run chat ws://127.0.0.1:5007/wse kitchen Ann
//
// Each line that is typed goes to the server as a `publish` message, which the application there makes a publication of, as
// `wse-test-server` and `wse serve` do.
import Terminal
import WSEClient

struct Line: Codable, Sendable {
    var from: String
    var text: String
}

/// What a `publish` message carries.
struct Publication: Encodable {
    var topic: String
    var type: String
    var payload: Line
}

/// What the client tells about itself, as far as somebody in a room wants to know it.
func tell(_ signals: AsyncStream<WSESignal>) async {
    for await signal in signals {
        switch signal {
        case .gap(let gap): note("\(gap.count) lines are missing")
        case .resync: note("the room was opened anew; lines may be missing")
        case .discarded(let ids): note("\(ids.count) of your lines were not sent")
        case .undecodable(_, let error): note("a line that cannot be read: \(error)")
        case .unreadable(let error): note("a message that cannot be read: \(error)")
        case .serverError(let error): note("the server reports \(error)")
        case .retrying(let delay, let cause): note("no connection, again in \(delay): \(cause)")
        default: break
        }
    }
}

/// Sends what is typed until the input ends.
func sendTypedLines(to room: String, as name: String, _ client: WSEClient) async throws {
    for await text in TypedLines() where !text.isEmpty {
        let line = Publication(topic: room, type: "line", payload: Line(from: name, text: text))
        do throws(WSEError) {
            let outcome = try await client.sendWithRetry("publish", line)
            if outcome.disposition == .queued { note("no connection; your line is sent as soon as there is") }
        } catch {
            if [.cancelled, .closed].contains(error.code) { return }
            note("your line was not sent: \(error)")
        }
    }
}

await runProgram("chat URL ROOM NAME", arguments: 3...3) { arguments in
    let (url, room, name) = (arguments[0], arguments[1], arguments[2])
    try await withWSEClient(url: url, token: accessToken()) { client in
        let interruption = Interruption()
        // All before the subscription, so that nothing of it is missed.
        let signals = client.signals
        let changes = client.presence()
        let lines = client.events(of: Line.self, type: "line")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await tell(signals) }
            group.addTask {
                for try await change in changes {
                    try show("* \(change.data["name"]?.stringValue ?? change.userID) \(change.kind)")
                }
            }
            group.addTask {
                for try await line in lines { try show("<\(line.from)> \(line.text)") }
            }
            group.addTask {
                let subscription = try await client.subscribe([room], presence: ["name": .string(name)])
                if subscription.refused.contains(room) { throw Failure("the server refuses \(room)") }
                try await sendTypedLines(to: room, as: name, client)
            }
            group.addTask { await interruption.wait() }
            // Whatever ends first ends the rest: the input, Ctrl-C, the reader of the output, the client by a failure.
            try await group.next()
            group.cancelAll()
        }
        let unsent = client.statistics().offlineMessages
        if unsent > 0 { note("\(unsent) of your lines were not sent") }
    }
}
