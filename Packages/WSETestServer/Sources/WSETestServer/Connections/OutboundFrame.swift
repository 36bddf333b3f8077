internal import NIOCore
internal import WSECrypto

/// A frame with data on its way to one client, and what it is, so that faults can choose among frames.
struct OutboundFrame: Sendable {
    private(set) var isText: Bool
    var data: ByteBuffer
    let kind: WSETestServer.FrameKinds
    /// The message's type, where the server made the message.
    var type: String?
    /// The topic of a publication.
    var topic: String?
    /// Whether it goes out sealed on a connection that has a cipher.
    var isSealed = true
    /// How it is to be damaged once it is in its last form.
    var corruption: FaultScript.Corruption?

    init(
        text: ByteBuffer, kind: WSETestServer.FrameKinds, type: String? = nil, topic: String? = nil,
        isSealed: Bool = true
    ) {
        (isText, data, self.kind, self.type, self.topic) = (true, text, kind, type, topic)
        self.isSealed = isSealed
    }

    init(
        binary: ByteBuffer, kind: WSETestServer.FrameKinds, type: String? = nil, isSealed: Bool = true
    ) {
        (isText, data, self.kind, self.type, topic) = (false, binary, kind, type, nil)
        self.isSealed = isSealed
    }

    /// Puts it into an `E:` frame.
    mutating func seal(with cipher: any MessageCipher) {
        var sealed: [UInt8] = []
        let isDone = data.withUnsafeReadableBytes { bytes in
            (try? cipher.seal(RawSpan(_unsafeBytes: bytes), appendingTo: &sealed)) != nil
        }
        // Sealing fails only after 2^31 messages; nothing may go out in the clear then.
        data = ByteBuffer(bytes: isDone ? sealed : [])
        isText = false
        isSealed = false
    }
}
