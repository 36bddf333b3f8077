import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// From a request to an open connection or an error: name resolution, TCP, proxy tunnel, TLS, HTTP upgrade.
///
/// Lives on the event loop. SwiftNIO tries the host's addresses side by side (RFC 8305); every channel that it opens
/// for this attempt is known here, so giving up closes all of them at once.
final class ConnectionAttempt {
    private let connection: NIOWebSocketConnection
    private let request: WebSocketRequest
    private let configuration: WebSocketConfiguration
    private let tlsContexts: TLSContextCache
    private let resolver: (any Resolver & Sendable)?
    private let environment: ProxyEnvironment
    private let eventLoop: any EventLoop
    /// `nil` once the attempt is over, one way or the other.
    private var handler: (any WebSocketHandler)?

    private var channels: [ObjectIdentifier: any Channel] = [:]
    private var isResolved = false
    private var handshakeTimer: Scheduled<Void>?
    private var upgradeRequest: UpgradeRequest?
    private var proxy: ProxyServer?
    private var tlsContext: NIOSSLContext?
    private var upgrade: UpgradeHandler?

    /// What is read at once, and what a busy connection keeps for it. More brings nothing, and with SwiftNIO's 64 KiB a
    /// consumer is woken more often and a message of that size never lies whole in a read.
    private static let reads = AdaptiveRecvByteBufferAllocator(
        minimum: 64, initial: 2_048, maximum: 256 << 10)

    init(
        connection: NIOWebSocketConnection, request: WebSocketRequest,
        configuration: WebSocketConfiguration, tlsContexts: TLSContextCache,
        resolver: (any Resolver & Sendable)?, environment: ProxyEnvironment, handler: any WebSocketHandler
    ) {
        self.resolver = resolver
        self.environment = environment
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
            upgradeRequest = try UpgradeRequest(request)
            proxy =
                switch configuration.proxy?.choice {
                case .server(let server): server
                case .environment: try environment.proxy(for: request.url)
                case nil: nil
                }
        } catch {
            fail(error)
            return
        }
        guard request.url.isSecure else {
            connect()
            return
        }
        tlsContexts.context(for: configuration.tls, eventLoop: eventLoop).assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let context):
                    self.tlsContext = context
                    self.connect()
                case .failure(let error):
                    self.fail(
                        WebSocketError(
                            .invalidArgument, "The TLS configuration cannot be used.", underlying: error))
                }
            }
    }

    func cancel() {
        fail(WebSocketError(.cancelled, "Connecting was given up."))
    }

    // MARK: TCP

    private func connect() {
        guard handler != nil else { return }
        let me = NIOLoopBound(self, eventLoop: eventLoop)
        let bootstrap = ClientBootstrap(group: eventLoop)
            .resolver(resolver)
            .connectTimeout(TimeAmount(configuration.timeouts.connect))
            // Nothing may be read before the pipeline is complete.
            .channelOption(.autoRead, value: false)
            .channelOption(.recvAllocator, value: Self.reads)
            .channelOption(.tcpOption(.tcp_nodelay), value: configuration.isNoDelay ? 1 : 0)
            .channelInitializer { channel in me.value.adopt(channel) }
        let (host, port) = proxy.map { ($0.host, $0.port) } ?? (request.url.host, request.url.port)
        let connected: EventLoopFuture<any Channel> =
            if let address = try? SocketAddress(ipAddress: host, port: port) {
                bootstrap.connect(to: address)
            } else {
                bootstrap.connect(host: host, port: port)
            }
        connected.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel): self.didConnect(channel)
            case .failure(let error): self.fail(WebSocketError(connecting: error, toProxy: self.proxy != nil))
            }
        }
    }

    private func didConnect(_ channel: any Channel) {
        guard handler != nil else {
            channel.close(promise: nil)
            return
        }
        if let address = channel.remoteAddress {
            handler?.webSocketReached(.connected(address: address.text))
        }
        handshakeTimer = eventLoop.assumeIsolated().scheduleTask(
            in: TimeAmount(configuration.timeouts.handshake)
        ) {
            self.handshakeTimedOut()
        }
        if let proxy { openTunnel(on: channel, proxy) } else { beginHandshake(on: channel) }
    }

    private func adopt(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard handler != nil else { return eventLoop.makeFailedFuture(CancellationError()) }
        // Sockets are made once there is an address, one for each that is tried.
        if !isResolved {
            isResolved = true
            handler?.webSocketReached(.resolved)
        }
        let id = ObjectIdentifier(channel)
        channels[id] = channel
        // Weak, as the channel that is taken into use outlives the attempt.
        channel.closeFuture.assumeIsolated().whenComplete { [weak self] _ in self?.channels[id] = nil }
        return eventLoop.makeSucceededVoidFuture()
    }

    // MARK: Proxy, TLS and HTTP

    private func openTunnel(on channel: any Channel, _ proxy: ProxyServer) {
        let splitter = HandshakeSplitter(limit: configuration.limits.handshake)
        do throws(WebSocketError) {
            let handler = try ProxyHandler(target: request.url, headers: proxy.headers) { error in
                if let error {
                    self.fail(error)
                } else {
                    // What a server says before it was spoken to has no meaning in TLS or HTTP.
                    splitter.finish()
                    self.removeHTTP(from: channel.pipeline.syncOperations, andThen: ProxyHandler.self)
                    self.handler?.webSocketReached(.tunnelled)
                    self.beginHandshake(on: channel)
                }
            }
            try addHandlers([splitter] + httpHandlers() + [handler], to: channel)
            handler.start()
        } catch {
            fail(error)
        }
    }

    private func beginHandshake(on channel: any Channel) {
        guard let upgradeRequest else { return }
        let (limit, isEndless) = configuration.limits.handshake.addingReportingOverflow(
            configuration.limits.refusalBody)
        let splitter = HandshakeSplitter(limit: isEndless ? .max : limit)
        let frames = FrameHandler(connection: connection, configuration: configuration)
        let upgrade = UpgradeHandler(
            request: upgradeRequest, isSecure: tlsContext != nil,
            refusalBodyLimit: configuration.limits.refusalBody,
            didSecure: { context throws(WebSocketError) in try self.checkCertificate(context) },
            complete: { self.complete($0, on: channel, splitter, frames) })
        self.upgrade = upgrade
        do throws(WebSocketError) {
            try addHandlers(tlsHandlers() + [splitter, frames] + httpHandlers() + [upgrade], to: channel)
            upgrade.start()
        } catch {
            fail(error)
        }
    }

    private func tlsHandlers() throws(WebSocketError) -> [any ChannelHandler] {
        guard let tlsContext else { return [] }
        do {
            return [
                try NIOSSLClientHandler(
                    context: tlsContext, serverHostname: serverIdentity.serverNameIndication)
            ]
        } catch {
            throw WebSocketError(
                .invalidArgument, "The server's name cannot be used with TLS.", underlying: error)
        }
    }

    private func httpHandlers() -> [any ChannelHandler] {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = configuration.limits.handshake
        limits.maxHeaderListSize = configuration.limits.handshake
        let decoder = HTTPResponseDecoder(
            leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop,
            limitConfiguration: limits)
        return [HTTPRequestEncoder(), ByteToMessageHandler(decoder)]
    }

    /// Before all others, so that a proxy's HTTP handlers, which may take a while to leave, see nothing any more.
    private func addHandlers(_ handlers: [any ChannelHandler], to channel: any Channel) throws(WebSocketError)
    {
        do {
            try channel.pipeline.syncOperations.addHandlers(handlers, position: .first)
            try channel.syncOptions?.setOption(.autoRead, value: true)
        } catch {
            throw WebSocketError(.connectionReset, "The connection broke.", underlying: error)
        }
    }

    private var serverIdentity: ServerIdentity {
        ServerIdentity(configuration.tls.serverName ?? request.url.host)
    }

    /// Whether the certificate, whose chain is verified by now, is that of the server we want to talk to.
    private func checkCertificate(_ context: ChannelHandlerContext) throws(WebSocketError) {
        let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
        guard let certificate, serverIdentity.isVouched(by: certificate) else {
            throw WebSocketError(tlsFailure: .hostNameMismatch)
        }
        try WebSocketTLSConfiguration.PublicKeyPin.check(configuration.tls.pinnedPublicKeys, certificate)
        let version = try? context.pipeline.syncOperations.nioSSL_tlsVersion()
        let summary = WebSocketTLSSummary(version, certificate)
        handler?.webSocketReached(.secured(summary))
    }

    private func handshakeTimedOut() {
        if upgrade?.reportRefusal() == true { return }
        fail(WebSocketError(.upgradeTimeout, "Proxy tunnel, TLS handshake and HTTP upgrade took too long."))
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
            removeHTTP(from: pipeline, andThen: UpgradeHandler.self)
            upgrade = nil
            connection.stage.value = .open(frames)
            frames.open(response, handler: handler)
        }
    }

    private func removeHTTP<Handler: RemovableChannelHandler>(
        from pipeline: ChannelPipeline.SynchronousOperations, andThen type: Handler.Type
    ) {
        let contexts = [
            try? pipeline.context(handlerType: HTTPRequestEncoder.self),
            try? pipeline.context(handlerType: ByteToMessageHandler<HTTPResponseDecoder>.self),
            try? pipeline.context(handlerType: type),
        ]
        for case let context? in contexts { pipeline.removeHandler(context: context, promise: nil) }
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
