import NIOCore
import NIOEmbedded
import Testing

@testable import WSETransport

/// A close frame that waits behind other frames, in virtual time.
@Suite("Closing a slow connection")
struct ClosingTests {
    /// A socket that takes a write only when told to.
    private final class SlowSocket: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        private(set) var waiting: [EventLoopPromise<Void>] = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if let promise { waiting.append(promise) }
        }

        func take() {
            waiting.removeFirst().succeed()
        }
    }

    @Test("The peer has the whole time from when it took something last")
    func slowPeer() async throws {
        var configuration = WebSocketConfiguration()
        configuration.timeouts.close = .seconds(5)
        let channel = EmbeddedChannel()
        let loop = channel.embeddedEventLoop
        let handler = RecordingHandler()
        let connection = NIOWebSocketConnection(eventLoop: loop, configuration: configuration)
        let frames = FrameHandler(connection: connection, configuration: configuration)
        let socket = SlowSocket()
        try channel.pipeline.syncOperations.addHandlers([socket, frames])
        connection.stage.value = .open(frames)
        frames.open(WebSocketUpgradeResponse(), handler: handler)
        let frame = [UInt8](repeating: 0, count: 60_000)
        for _ in 0..<4 { try connection.send(frame) }
        connection.close(code: .normal, reason: "")
        loop.run()
        #expect(socket.waiting.count > 3)
        for _ in 0..<4 {
            loop.advanceTime(by: .seconds(4))
            #expect(handler.closures == 0)
            socket.take()
            loop.run()
        }
        loop.advanceTime(by: .seconds(4))
        #expect(handler.closures == 0)
        loop.advanceTime(by: .seconds(2))
        let closure = await handler.closure()
        #expect(closure?.error?.code == .closeTimeout)
    }
}
