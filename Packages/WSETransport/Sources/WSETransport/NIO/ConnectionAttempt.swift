import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// From a request to an open connection or an error: name resolution, TCP, TLS, HTTP upgrade.
///
/// Lives on the event loop. SwiftNIO tries the host's addresses side by side (RFC 8305); every channel that it opens
/// for this attempt is known here, so giving up closes all of them at once.
final class ConnectionAttempt {
    private let connection: NIOWebSocketConnection
    private let request: WebSocketRequest
    private let configuration: WebSocketConfiguration
    private let tlsContexts: TLSContextCache
    private let eventLoop: any EventLoop
    /// `nil` once the attempt is over, one way or the other.
    private var handler: (any WebSocketHandler)?

    private var channels: [ObjectIdentifier: any Channel] = [:]
    private var handshakeTimer: Scheduled<Void>?
    private var upgrade: UpgradeHandler?

    init(
        connection: NIOWebSocketConnection, request: WebSocketRequest,
        configuration: WebSocketConfiguration, tlsContexts: TLSContextCache, handler: any WebSocketHandler
    ) {
        self.connection = connection
        self.request = request
        self.configuration = configuration
        self.tlsContexts = tlsContexts
        self.handler = handler
        eventLoop = connection.eventLoop
    }

    func start() {
        do {
            try configuration.validate()
            let upgradeRequest = try UpgradeRequest(request)
            guard request.url.isSecure else {
                connect { self.beginHandshake(on: $0, upgradeRequest, tls: nil) }
                return
            }
            tlsContexts.context(for: configuration.tls, eventLoop: eventLoop).assumeIsolated()
                .whenComplete { result in
                    switch result {
                    case .success(let context):
                        self.connect { self.beginHandshake(on: $0, upgradeRequest, tls: context) }
                    case .failure(let error):
                        self.fail(
                            WebSocketError(
                                .invalidArgument, "The TLS configuration cannot be used.", underlying: error))
                    }
                }
        } catch {
            fail(error)
        }
    }

    func cancel() {
        fail(WebSocketError(.cancelled, "Connecting was given up."))
    }

    // MARK: TCP

    private func connect(_ then: @escaping (any Channel) -> Void) {
        guard handler != nil else { return }
        let me = NIOLoopBound(self, eventLoop: eventLoop)
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(configuration.timeouts.connect))
            // Nothing may be read before the pipeline is complete.
            .channelOption(.autoRead, value: false)
            .channelOption(.tcpOption(.tcp_nodelay), value: configuration.isNoDelay ? 1 : 0)
            .channelInitializer { channel in me.value.adopt(channel) }
        let url = request.url
        let connected: EventLoopFuture<any Channel> =
            if let address = try? SocketAddress(ipAddress: url.host, port: url.port) {
                bootstrap.connect(to: address)
            } else {
                bootstrap.connect(host: url.host, port: url.port)
            }
        connected.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel):
                if self.handler == nil { channel.close(promise: nil) } else { then(channel) }
            case .failure(let error): self.fail(WebSocketError(connecting: error))
            }
        }
    }

    private func adopt(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard handler != nil else { return eventLoop.makeFailedFuture(CancellationError()) }
        let id = ObjectIdentifier(channel)
        channels[id] = channel
        channel.closeFuture.assumeIsolated().whenComplete { _ in self.channels[id] = nil }
        return eventLoop.makeSucceededVoidFuture()
    }

    // MARK: TLS and HTTP

    private func beginHandshake(on channel: any Channel, _ request: UpgradeRequest, tls: NIOSSLContext?) {
        handshakeTimer = eventLoop.assumeIsolated().scheduleTask(
            in: TimeAmount(configuration.timeouts.handshake)
        ) {
            self.handshakeTimedOut()
        }
        let splitter = HandshakeSplitter(
            limit: configuration.limits.handshake + configuration.limits.refusalBody)
        let frames = FrameHandler(connection: connection, configuration: configuration)
        let upgrade = UpgradeHandler(
            request: request, isSecure: tls != nil, refusalBodyLimit: configuration.limits.refusalBody,
            didSecure: { context throws(WebSocketError) in try self.checkPins(context) },
            complete: { self.complete($0, on: channel, splitter, frames) })
        self.upgrade = upgrade

        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = configuration.limits.handshake
        limits.maxHeaderListSize = configuration.limits.handshake
        let decoder = HTTPResponseDecoder(
            leftOverBytesStrategy: .forwardBytes, informationalResponseStrategy: .drop,
            limitConfiguration: limits)
        do {
            let pipeline = channel.pipeline.syncOperations
            if let tls {
                let name = configuration.tls.serverName ?? self.request.url.host
                let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
                // Without a name, NIOSSL compares the certificate with the socket's address.
                try pipeline.addHandler(
                    NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : name))
            }
            try pipeline.addHandlers([
                splitter, frames, HTTPRequestEncoder(), ByteToMessageHandler(decoder), upgrade,
            ])
            try channel.syncOptions?.setOption(.autoRead, value: true)
        } catch {
            fail(
                WebSocketError(.connectionReset, "The connection broke before TLS began.", underlying: error))
        }
    }

    private func checkPins(_ context: ChannelHandlerContext) throws(WebSocketError) {
    }

    private func handshakeTimedOut() {
        if upgrade?.reportRefusal() == true { return }
        fail(WebSocketError(.upgradeTimeout, "TLS handshake and HTTP upgrade took too long."))
    }

    private func complete(
        _ outcome: UpgradeHandler.Outcome, on channel: any Channel, _ splitter: HandshakeSplitter,
        _ frames: FrameHandler
    ) {
        switch outcome {
        case .refused(let error): fail(error)
        case .accepted(let response):
            guard let handler else { return }
            endAttempt()
            let pipeline = channel.pipeline.syncOperations
            splitter.finish()
            removeHTTP(from: pipeline)
            connection.stage.value = .open(frames)
            frames.open(response, handler: handler)
        }
    }

    /// Their removal may take a while; nothing reaches them any more.
    private func removeHTTP(from pipeline: ChannelPipeline.SynchronousOperations) {
        let contexts = [
            try? pipeline.context(handlerType: HTTPRequestEncoder.self),
            try? pipeline.context(handlerType: ByteToMessageHandler<HTTPResponseDecoder>.self),
            try? pipeline.context(handlerType: UpgradeHandler.self),
        ]
        for case let context? in contexts { pipeline.removeHandler(context: context, promise: nil) }
        upgrade = nil
    }

    // MARK: Ending

    private func fail(_ error: WebSocketError) {
        guard let handler else { return }
        endAttempt()
        upgrade = nil
        connection.stage.value = nil
        connection.output.withLock { $0.close() }
        for channel in channels.values { channel.closeAtOnce() }
        handler.webSocketClosed(WebSocketClosure(code: nil, error: error))
    }

    private func endAttempt() {
        handler = nil
        handshakeTimer?.cancel()
        handshakeTimer = nil
    }
}
