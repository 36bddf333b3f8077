internal import NIOCore

/// One publication as it goes out.
struct Publication: Sendable {
    let text: ByteBuffer
    /// The message's type, where the server made the message.
    let type: String?

    func frame(_ kind: WSETestServer.FrameKinds, topic: String, isSealed: Bool = true) -> OutboundItem {
        .frame(OutboundFrame(text: text, kind: kind, type: type, topic: topic, isSealed: isSealed))
    }
}
