import WSETransport

/// A message of the user's on its way out, encoded. Compressed or encrypted it is only for the connection that is about to
/// carry it.
struct OutboundMessage: Sendable {
    /// The envelope's.
    var id: String
    var kind: WebSocketMessageKind
    var bytes: [UInt8]
    /// What the present connection is given instead; of no use to another.
    var wire: [UInt8]?
    /// Higher goes first.
    var priority: Int
    /// The caller that waits for its outcome; `nil` once that was told that it is queued.
    var caller: RequestID?
    /// Whether it has a slot in the offline queue, which is emptied when the message is handed to a connection.
    var isKept = false
    /// How often room had been made when it was handed over.
    var flushesBefore: UInt64 = 0
    /// Whether it is of use on the present connection only.
    var needsConnection = false

    var wireKind: WebSocketMessageKind { wire == nil ? kind : .binary }
    var wireBytes: [UInt8] { wire ?? bytes }
}
