// A chat room: who is there, and what they say.
//
//   swift run chat ws://127.0.0.1:5007/wse kitchen Ann
//
// Each line that is typed goes to the server as a `publish` message, which the application there makes a publication of, as
// `wse-test-server` and `wse serve` do.
import Foundation
import WSEClient

struct Line: Codable, Sendable {
    var from: String
    var text: String
}

guard CommandLine.arguments.count == 4 else {
    print("usage: chat URL ROOM NAME")
    exit(64)
}
let (url, room, name) = (CommandLine.arguments[1], CommandLine.arguments[2], CommandLine.arguments[3])

try await withWSEClient(url: url) { client in
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            for try await change in client.presence() {
                print("* \(change.data["name"]?.stringValue ?? change.userID) \(change.kind)")
            }
        }
        group.addTask {
            for try await line in client.events(of: Line.self, type: "line") {
                print("<\(line.from)> \(line.text)")
            }
        }
        try await client.subscribe([room], presence: ["name": .string(name)])
        group.addTask {
            while let text = await typedLine() {
                let message: WSEValue = [
                    "topic": .string(room), "type": "line",
                    "payload": ["from": .string(name), "text": .string(text)],
                ]
                // Kept and sent later if the connection is lost at that moment.
                try await client.send("publish", message)
            }
            await client.disconnect()
        }
        try await group.waitForAll()
    }
}
