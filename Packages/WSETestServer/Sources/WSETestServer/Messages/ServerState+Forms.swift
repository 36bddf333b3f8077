internal import NIOCore
internal import WSEWire

extension ServerState {
    /// A message to one client in the form that was asked for.
    func frame(
        _ members: [String: WSEValue], _ category: MessageCategory, type: String,
        as form: WSETestServer.MessageForm, to link: ConnectionLink
    ) throws(WSETestServerError) -> OutboundFrame {
        switch form.value {
        case .automatic:
            if link.request.wantsMessagePack {
                return try frame(members, category, type: type, as: .messagePack, to: link)
            }
            let json = try messages.text(members, category: category)
            guard configuration.features.compression, !link.isEncrypted,
                json.count > configuration.limits.compressionThreshold
            else { return binary(json, type) }
            return binary(Array("C:".utf8) + ZlibStream.compress(json), type)
        case .text:
            let json = try messages.text(members, category: category)
            return OutboundFrame(text: ByteBuffer(bytes: json), kind: .direct, type: type)
        case .binary: return binary(try messages.text(members, category: category), type)
        case .compressed:
            let json = try messages.text(members, category: category)
            return binary(Array("C:".utf8) + ZlibStream.compress(json), type)
        case .bareZlib:
            return binary(ZlibStream.compress(try messages.text(members, category: category)), type)
        case .messagePack:
            return binary(Array("M:".utf8) + (try messages.messagePack(members)), type)
        case .bareMessagePack: return binary(try messages.messagePack(members), type)
        }
    }

    private func binary(_ bytes: [UInt8], _ type: String) -> OutboundFrame {
        OutboundFrame(binary: ByteBuffer(bytes: bytes), kind: .direct, type: type)
    }
}
