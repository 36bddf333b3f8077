// One import is enough for an app: events and values, headers and URLs, backoff and positions come with the client.
@_exported public import WSEResilience
@_exported public import WSETransport
@_exported public import WSEWire

/// Up to where a topic's history was received: what a client needs to resume it.
public typealias TopicPosition = WSEResilience.TopicPosition<String>
