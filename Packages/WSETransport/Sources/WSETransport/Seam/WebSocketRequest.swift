/// Where to connect and with which HTTP headers.
public struct WebSocketRequest: Sendable, Hashable {
    /// Scheme, host, port, path and query.
    public var url: WebSocketURL
    /// Sent with the upgrade request in this order, after the headers that RFC 6455 demands.
    public var headers: [WebSocketHeader]

    /// A request; headers are checked when it is sent, and one that HTTP forbids ends the attempt with
    /// `invalidArgument`.
    public init(url: WebSocketURL, headers: [WebSocketHeader] = []) {
        self.url = url
        self.headers = headers
    }
}

/// One HTTP header field.
///
/// Its `description` shows the name only, as values often are secrets.
public struct WebSocketHeader: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    /// Its name; case does not matter.
    public var name: String
    /// Its value; kept out of descriptions.
    public var value: String

    /// A field by name and value; checked when it is sent.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    public var description: String { "\(name): (hidden)" }
    public var debugDescription: String { description }
}

/// The server's `101 Switching Protocols`.
public struct WebSocketUpgradeResponse: Sendable, Hashable {
    /// The headers of the answer, in order.
    public var headers: [WebSocketHeader]

    /// Makes one, for a transport of your own and for tests.
    public init(headers: [WebSocketHeader] = []) {
        self.headers = headers
    }
}
