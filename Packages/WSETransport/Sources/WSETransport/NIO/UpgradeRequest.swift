import NIOCore
import NIOHTTP1
import NIOWebSocket

/// The client's half of the opening handshake and the check of the server's (RFC 6455 section 4).
struct UpgradeRequest {
    let head: HTTPRequestHead
    private let key: String
    private let offeredProtocols: [String]

    /// Headers that are the handshake's own.
    private static let reserved: Set<String> = [
        "upgrade", "connection", "sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions",
        "content-length", "transfer-encoding",
    ]

    /// - Throws: ``WebSocketError`` with code `invalidArgument` for a header that cannot be sent.
    init(_ request: WebSocketRequest) throws(WebSocketError) {
        key = NIOWebSocketClientUpgrader.randomRequestKey()
        var headers = HTTPHeaders([
            ("Host", request.url.authority), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", key), ("Sec-WebSocket-Version", "13"),
        ])
        for header in request.headers {
            try header.check()
            guard !Self.reserved.contains(header.name.lowercased()) else {
                throw WebSocketError(
                    .invalidArgument, "The header \(header.name) belongs to the WebSocket handshake.")
            }
            if header.name.lowercased() == "host" {
                headers.replaceOrAdd(name: "Host", value: header.value)
            } else {
                headers.add(name: header.name, value: header.value)
            }
        }
        head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: request.url.requestTarget, headers: headers)
        offeredProtocols = headers[canonicalForm: "Sec-WebSocket-Protocol"].map(String.init)
    }

    /// Judges the server's answer; `nil` if it is the `101` that this request asked for.
    func refusal(_ response: HTTPResponseHead) -> WebSocketError? {
        let status = Int(response.status.code)
        switch status {
        case 101: break
        case 300..<400:
            return WebSocketError(.redirected, "The server redirects elsewhere, which is not followed.")
        default:
            return WebSocketError(.upgradeRefused, "The server refused the upgrade to WebSocket.")
        }
        let headers = response.headers
        guard headers[canonicalForm: "Upgrade"].contains(where: { $0.lowercased() == "websocket" }) else {
            return WebSocketError(.upgradeRefused, "The server's 101 does not name websocket in Upgrade.")
        }
        guard headers[canonicalForm: "Connection"].contains(where: { $0.lowercased() == "upgrade" }) else {
            return WebSocketError(.upgradeRefused, "The server's 101 has no “Connection: Upgrade”.")
        }
        let verifier = NIOWebSocketClientUpgrader(requestKey: key) { channel, _ in
            channel.eventLoop.makeSucceededVoidFuture()
        }
        guard verifier.shouldAllowUpgrade(upgradeResponse: response) else {
            return WebSocketError(
                .upgradeRefused, "The server's Sec-WebSocket-Accept is missing or does not match our key.")
        }
        guard headers[canonicalForm: "Sec-WebSocket-Extensions"].isEmpty else {
            return WebSocketError(
                .upgradeRefused, "The server uses a WebSocket extension that was not offered.")
        }
        let chosen = headers[canonicalForm: "Sec-WebSocket-Protocol"].map(String.init)
        guard chosen.count <= 1, chosen.allSatisfy(offeredProtocols.contains) else {
            return WebSocketError(.upgradeRefused, "The server chose a subprotocol that was not offered.")
        }
        return nil
    }
}
