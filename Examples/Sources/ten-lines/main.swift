import WSEClient

// A token for the server that `swift run wse-test-server --secret …` starts, say.
let arguments = CommandLine.arguments
let (url, token) = (arguments[1], arguments.dropFirst(2).first)

try await withWSEClient(url: url, token: token) { client in
    try await client.subscribe(["prices"])
    for try await event in client.events {
        print(event.type, event.topic ?? "-", event.payload["px"]?.doubleValue ?? 0)
    }
}
