import Testing
import WSETransport
import WSETransportTesting

@testable import WSEClient

/// A client that is ready, and the test's end of its connection in memory.
struct ConnectedClient {
    let client: WSEClient
    let server: InMemoryServer
    let transport: InMemoryTransport

    init(
        hello: String = SessionHarness.hello, _ configure: (inout WSEConfiguration) -> Void = { _ in }
    ) async throws {
        let transport = InMemoryTransport()
        var configuration = WSEConfiguration(transport: transport)
        configure(&configuration)
        let client = try WSEClient(url: "ws://server/wse", configuration: configuration)
        async let connecting: Void = client.connect()
        let server = try await transport.nextConnection()
        server.accept()
        server.push(.text(hello))
        try await connecting
        (self.client, self.server, self.transport) = (client, server, transport)
    }

    /// A client on a later connection.
    init(client: WSEClient, server: InMemoryServer, transport: InMemoryTransport) {
        (self.client, self.server, self.transport) = (client, server, transport)
    }

    /// The client disconnects, and the server agrees.
    func disconnect() async throws {
        async let disconnecting: Void = client.disconnect()
        _ = try await server.nextClose()
        server.close()
        await disconnecting
    }

    /// The next message of a type that the client sends, as a value with the short keys of the wire.
    func next(_ type: String) async throws -> WSEValue {
        while let message = try await server.nextMessage() {
            guard let value = message.value, value["t"]?.stringValue == type else { continue }
            return value
        }
        throw WSEError(.closed, "the connection ended before \(type)")
    }

    /// Takes the answer to the client's next subscription on.
    func answerSubscription(refusing refused: [String] = []) async throws {
        let request = try await next("subscription_update")
        let topics = request["p", "topics"]?.arrayValue?.compactMap(\.stringValue) ?? []
        server.push(
            .text(
                SessionHarness.answer(
                    accepted: topics.filter { !refused.contains($0) }, refused: refused,
                    request: request["cid"]?.stringValue)))
    }
}

extension InMemoryMessage {
    /// The JSON of the message.
    var value: WSEValue? {
        bytes.withUnsafeBytes { try? WSEValue(json: RawSpan(_unsafeBytes: $0)) }
    }
}

/// An event's text, without id and stamp.
func eventText(_ type: String, _ payload: String = "{}", correlationID: String? = nil) -> String {
    let correlation = correlationID.map { #","cid":"\#($0)""# } ?? ""
    return #"{"c":"U","t":"\#(type)","p":\#(payload),"v":1\#(correlation)}"#
}
