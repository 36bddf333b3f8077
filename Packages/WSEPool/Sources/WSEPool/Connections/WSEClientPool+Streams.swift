@_spi(WSEPool) public import WSEClient

extension WSEClientPool {
    /// All events of all connections, those of each topic in order, each once.
    ///
    /// Bounded by ``Configuration/eventBuffering``. Ends when the pool is disconnected by its user, and throws when a
    /// connection ends by an error that no reconnect can mend; with ``TopicPlacement/everyEndpoint(connections:)``, when
    /// the last one does.
    public var events: WSEEventSequence { core.merge.hub.events }

    /// The events that are published to one topic, from now on; see `WSEClient.events(topic:buffering:)`.
    public func events(topic: String, buffering: StreamBuffering = .default) -> WSEEventSequence {
        core.merge.hub.events(topic: topic, buffering: buffering)
    }

    /// The events of one type, from now on; see `WSEClient.events(type:buffering:)`.
    public func events(type: String, buffering: StreamBuffering = .default) -> WSEEventSequence {
        core.merge.hub.events(type: type, buffering: buffering)
    }

    /// The payloads of the events of one type as values, from now on; see
    /// `WSEClient.events(of:type:topic:buffering:decoder:)`.
    public func events<Value: Decodable & Sendable>(
        of valueType: Value.Type = Value.self, type: String, topic: String? = nil,
        buffering: StreamBuffering = .default, decoder: PayloadDecoder = PayloadDecoder()
    ) -> WSETypedSequence<Value> {
        core.merge.hub.events(
            of: valueType, type: type, topic: topic, buffering: buffering, decoder: decoder)
    }

    /// Calls a function with each event of a type, from now on; see `WSEClient.on(_:buffering:perform:)`.
    @discardableResult
    public func on(
        _ type: String, buffering: StreamBuffering = .default,
        perform handler: @escaping @Sendable (WSEEvent) async throws -> Void
    ) -> EventHandlerToken {
        core.merge.hub.on(type, buffering: buffering, perform: handler)
    }

    /// Calls a function with each event, from now on; see `WSEClient.onAny(buffering:perform:)`.
    @discardableResult
    public func onAny(
        buffering: StreamBuffering = .default,
        perform handler: @escaping @Sendable (WSEEvent) async throws -> Void
    ) -> EventHandlerToken {
        core.merge.hub.on(nil, buffering: buffering, perform: handler)
    }
}
