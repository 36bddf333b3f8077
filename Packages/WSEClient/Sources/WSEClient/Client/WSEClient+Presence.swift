public import WSEWire

extension WSEClient {
    /// Subscribes to topics and shows the others there who this is; otherwise as ``subscribe(_:)``. What is shown is
    /// kept, and sent again after each reconnect.
    ///
    /// - Parameters:
    ///   - topics: Their names, none empty.
    ///   - presence: What others see, such as `["name": "Ann"]`; servers want an object.
    /// - Throws: ``WSEError`` with code `invalidArgument` for an empty topic name.
    @discardableResult
    public func subscribe(
        _ topics: [String], presence: WSEValue
    ) async throws(WSEError) -> SubscriptionResult {
        if topics.contains("") { throw WSEError(.invalidArgument, "a topic name is empty") }
        engine.perform { state, now in state.machine.updatePresence(presence, on: topics, now: now) }
        return try await subscribe(topics)
    }

    /// Changes what others see of this client.
    ///
    /// - Parameters:
    ///   - presence: What they see from now on; servers want an object.
    ///   - topics: `nil` for all topics on which it is seen.
    public func updatePresence(_ presence: WSEValue, on topics: [String]? = nil) {
        engine.perform { state, now in
            state.machine.updatePresence(presence, on: topics ?? state.machine.presence.topics, now: now)
        }
    }

    /// Who appears, changes and goes on the topics, from now on.
    public func presence(buffering: StreamBuffering = .default) -> WSETypedSequence<PresenceChange> {
        WSETypedSequence(
            events: engine.router.addStream(.types(PresenceChange.types), buffering: buffering),
            transform: { event, _ in PresenceChange(event) })
    }

    /// Those who were seen to come and not to go since ``connect()``, by their user id. Who was there before is in here
    /// only once it changes, and who went while the connection was lost stays. At most 100,000; of more, the later ones are
    /// not in here, though ``presence(buffering:)`` tells of them.
    public var presentMembers: [String: WSEValue] { engine.read { $0.machine.presence.members } }
}
