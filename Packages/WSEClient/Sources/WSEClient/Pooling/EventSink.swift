public import WSEWire

/// Takes the events of a client instead of its own streams: a seam for pools of clients.
///
/// Called from any thread, from one at a time for each client; must not call back into that client.
@_spi(WSEPool) public protocol EventSink: Sendable {
    /// Takes events, in order.
    func deliver(_ batch: [WSEEvent]) -> EventHub.Outcome
    /// Takes word of events that will not come, in order with those that do.
    ///
    /// - Returns: What of it the client should tell.
    func missing(_ gap: WSEGap) -> [WSEGap]
    /// Whether the client should read no further; asked again after ``WSEClient/roomChanged()``.
    var isFull: Bool { get }
    /// The client has ended, by its user or by an error that no reconnect can mend.
    func finished(_ error: WSEError?)
}
