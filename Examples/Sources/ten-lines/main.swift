import WSEClient

try await withWSEClient(url: "ws://127.0.0.1:5007/wse") { client in
    try await client.subscribe(["market.BTC-USD"])
    for try await event in client.events {
        print(event.topic ?? "-", event.payload["side"] ?? "-", event.payload["price"] ?? "-")
    }
}
