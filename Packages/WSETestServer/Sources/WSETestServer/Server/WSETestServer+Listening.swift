internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import NIOWebSocket
internal import WSEWire

extension WSETestServer {
    /// Binds the port and accepts connections from then on.
    func bind() async throws(WSETestServerError) {
        guard (0...65_535).contains(port) else {
            throw WSETestServerError(.bindFailed, "\(port) is no port")
        }
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 128 << 10, high: 512 << 10))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.accept(channel) }
            }
        do {
            let channel = try await bootstrap.bind(host: configuration.host, port: port).get()
            listening.withLockedValue {
                $0.port = channel.localAddress?.port ?? $0.port
                $0.channel = channel
            }
        } catch {
            throw WSETestServerError(
                .bindFailed, "could not listen on \(configuration.host):\(port)", cause: error)
        }
    }

    /// Sets up a TCP connection. Throwing closes it before it said anything, as the published servers do when they
    /// are full or drain.
    private func accept(_ channel: any Channel) throws {
        let isWelcome = update { state in
            // The older server lets one in too many upgrade, and then closes it.
            guard !state.isDraining, !state.isStopped,
                state.channels.count < state.configuration.limits.connections
                    || state.configuration.dialect == .prefixed
            else { return false }
            state.channels[ObjectIdentifier(channel)] = channel
            return true
        }
        guard isWelcome else { throw ChannelError.ioOnClosedChannel }
        channel.closeFuture.whenComplete { _ in
            self.update { $0.channels[ObjectIdentifier(channel)] = nil }
        }
        let pipeline = channel.pipeline.syncOperations
        if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
        let verdict = UpgradeVerdict()
        let refusalHandler = NIOLoopBound(
            HTTPRefusalHandler { verdict.refusal }, eventLoop: channel.eventLoop)
        let boundVerdict = NIOLoopBound(verdict, eventLoop: channel.eventLoop)
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: min(max(configuration.limits.maximumMessageSize, 125), 1 << 31),
            automaticErrorHandling: false,
            shouldUpgrade: { channel, _ in
                let refusal = self.nextRefusal()
                boundVerdict.value.refusal = refusal
                return channel.eventLoop.makeSucceededFuture(refusal == nil ? HTTPHeaders() : nil)
            },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    pipeline.removeHandler(refusalHandler.value, promise: nil)
                    try self.upgrade(channel, head)
                }
            })
        try pipeline.configureHTTPServerPipeline(
            withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in }))
        try pipeline.addHandler(refusalHandler.value)
    }

    private func upgrade(_ channel: any Channel, _ head: HTTPRequestHead) throws {
        let pipeline = channel.pipeline.syncOperations
        let limit = configuration.limits.maximumMessageSize
        let encoder = try pipeline.context(handlerType: WebSocketFrameEncoder.self).handler
        try pipeline.addHandler(WriteCoalescer(), position: .before(encoder))
        try pipeline.addHandler(ClientFrameValidator())
        try pipeline.addHandler(
            NIOWebSocketFrameAggregator(
                minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 1 << 20,
                maxAccumulatedFrameSize: limit))
        let request = Request(
            target: head.uri, headers: head.headers.map { .init(name: $0.name, value: $0.value) })
        let (number, id) = update { state in
            state.lastNumber += 1
            return (state.lastNumber, state.messages.nextID())
        }
        let link = ConnectionLink(
            number: number, id: id, request: request, channel: channel,
            limit: configuration.limits.outboundBytes, server: self)
        var binary: InboundDecoder.Binary = []
        if request.wantsMessagePack { binary.insert(.messagePack) }
        if configuration.features.clientCompression { binary.insert(.compressed) }
        let inbound = InboundDecoder(limits: WireLimits(maximumMessageSize: limit), binary: binary)
        try pipeline.addHandler(ConnectionHandler(server: self, link: link, inbound: inbound))
    }

    private func nextRefusal() -> Refusal? {
        update { state in
            let refusal = state.refusals.isEmpty ? state.standingRefusal : state.refusals.removeFirst()
            if refusal != nil { state.refusedRequests += 1 }
            return refusal
        }
    }
}

/// What was decided about a connection's request; belongs to its event loop.
final class UpgradeVerdict {
    var refusal: WSETestServer.Refusal?
}
