import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOWebSocket

/// A thread that accepts one WebSocket connection and, once it was sent a message, sends frames as fast as the receiver
/// takes them. (NIOWebSocket's client loses frames that follow the `101` too closely, so it must be asked for them.)
struct FrameSender {
    let port: UInt16

    static let frameCount = 1_000_000
    static let payloadCount = 230

    /// A text frame as a server of this project sends it: JSON of 230 bytes.
    static let frame: [UInt8] = {
        let start =
            #"{"c":"U","e":"a1b2c3d4","id":"0190a0b0-0000-7000-8000-000000000000","o":123456,"p":{"x":""#
        let end = #""},"t":"trade","tp":"trades.btc","v":1}"#
        let filler = String(repeating: "a", count: payloadCount - start.utf8.count - end.utf8.count)
        return [0x81, 126, 0, UInt8(payloadCount)] + Array((start + filler + end).utf8)
    }()

    /// Starts to listen; the connection that comes gets all frames, then a close frame.
    static func start() throws -> FrameSender {
        let (listener, port) = try POSIXSocket.listen()
        let batch = Array(repeatElement(frame, count: 250).joined())
        startThread {
            let socket = try listener.accept()
            listener.close()
            try socket.write(upgradeResponse(to: try socket.readHead()))
            withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { _ = try? socket.read(into: $0) }
            for _ in 0..<(frameCount / 250) { try socket.write(batch) }
            try socket.write([0x88, 2, 3, 232])
            // The receiver's own close frame, or its end.
            withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { _ = try? socket.read(into: $0) }
            socket.close()
        }
        return FrameSender(port: port)
    }
}

/// What SwiftNIO's server side answers to an upgrade request.
func upgradeResponse(to request: String) throws -> [UInt8] {
    let channel = EmbeddedChannel()
    let upgrader = NIOWebSocketServerUpgrader(
        shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
        upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })
    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
        withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in }))
    try channel.writeInbound(ByteBuffer(string: request))
    channel.embeddedEventLoop.run()
    var response: [UInt8] = []
    while let part = try channel.readOutbound(as: ByteBuffer.self) { response += part.readableBytesView }
    _ = try? channel.finish(acceptAlreadyClosed: true)
    return response
}
