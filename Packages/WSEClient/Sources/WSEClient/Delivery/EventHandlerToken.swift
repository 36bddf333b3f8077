/// A handler that was registered with ``WSEClient/on(_:buffering:perform:)`` or
/// ``WSEClient/onAny(buffering:perform:)``. Letting go of the token does not end the handler.
public struct EventHandlerToken: Sendable {
    let route: EventRoute
    let router: EventRouter

    /// Ends the handler: no call begins from now on, and what waited for it is discarded. A call that has begun
    /// comes to its own end.
    public func cancel() {
        router.remove(route)
    }
}
