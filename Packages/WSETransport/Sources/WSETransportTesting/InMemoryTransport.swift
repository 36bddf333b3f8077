@_spi(WSE) public import WSETransport

/// A transport without sockets, for tests that play the server themselves.
///
/// ```swift
/// let transport = InMemoryTransport()
/// // … the code under test connects over `transport` …
/// let server = try await transport.nextConnection()
/// #expect(server.request.url.path == "/feed")
/// server.accept()
/// server.push(.text("one"), .text("two"))          // one read with two messages
/// #expect(try await server.nextMessage() == .text("hello"))
/// server.close(code: .goingAway, reason: "restart")
/// ```
///
/// ## Order and threads
/// The contract of `WebSocketTransport` holds: each handler is called by one thread at a time, in order, and never
/// from inside a method of its own connection. What the *test* does (``InMemoryServer/push(_:)-(InMemoryMessage...)``,
/// ``InMemoryServer/accept(headers:)`` …) has reached the handler when the method returns, unless another thread is
/// delivering to the same handler just then. What the *client* does (a send that counts as flushed, an abort that
/// closes) is delivered as ``Delivery`` says.
///
/// ## How to extend
/// A new thing that a server can do is a new method of ``InMemoryServer`` that appends to the link's inbox and calls
/// `deliver()`; a new thing that a client can do is a new case of ``InMemoryServer/ClientAction`` recorded in
/// `InMemoryLink`. Keep every callback in `InMemoryLink.deliver()`, as that is where order is made.
public final class InMemoryTransport: WebSocketTransport, Sendable {
    /// When callbacks happen that the client itself brings about.
    public enum Delivery: Sendable {
        /// Soon, from a task of their own: for code that waits with `await`.
        case automatic
        /// With the next thing the test does, or ``InMemoryTransport/deliverPending()``: for tests on one thread.
        case manual
    }

    private struct State {
        var waiting: [InMemoryServer] = []
        var all: [InMemoryServer] = []
    }

    private let delivery: Delivery
    private let state = OrderedMutex(State())
    private let arrivals = Signal()

    /// A transport without connections; the test takes each as it is asked for, by ``nextConnection()``.
    public init(delivery: Delivery = .automatic) {
        self.delivery = delivery
    }

    public func connect(
        _ request: WebSocketRequest, handler: any WebSocketHandler
    ) -> any WebSocketConnection {
        let link = InMemoryLink(handler: handler, delivery: delivery)
        let server = InMemoryServer(request: request, link: link)
        state.withLock { state in
            state.waiting.append(server)
            state.all.append(server)
        }
        arrivals.notify()
        return InMemoryConnection(link: link)
    }

    /// The oldest connection attempt that was not taken yet; `nil` if there is none.
    public func takeConnection() -> InMemoryServer? {
        state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
    }

    /// Like ``takeConnection()``, but waits for an attempt.
    ///
    /// - Throws: `CancellationError` if the task is cancelled.
    public func nextConnection() async throws -> InMemoryServer {
        try await arrivals.wait { self.takeConnection() }
    }

    /// How many connections were attempted so far.
    public var connectionCount: Int { state.withLock { $0.all.count } }

    /// Delivers what clients brought about, to all handlers.
    public func deliverPending() {
        for server in state.withLock({ $0.all }) { server.link.deliver() }
    }
}
