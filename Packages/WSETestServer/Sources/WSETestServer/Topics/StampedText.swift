internal import NIOCore
internal import WSEWire

/// Writes publications as the newer published server does: it does not parse what the application publishes, but
/// puts members in front of those that are there.
struct StampedText: Sendable {
    /// `{"tp":"…","e":"…","o":`
    private let head: [UInt8]

    private static let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
    private static let bareType = Array("{\"t\":".utf8)
    private static let category = Array("\"c\":\"U\",".utf8)

    init(topic: String, epoch: String) {
        // A string always fits into JSON.
        let quoted = (try? WSEValue.string(topic).jsonText()) ?? "\"\""
        head = Array("{\"tp\":\(quoted),\"e\":\"\(epoch)\",\"o\":".utf8)
    }

    /// The text with the stamp in front; text that is no object stays as it is.
    func text(_ json: [UInt8], offset: UInt64) -> ByteBuffer {
        let object = json.drop { Self.blanks.contains($0) }
        guard object.first == UInt8(ascii: "{") else { return ByteBuffer(bytes: json) }
        var text = ByteBufferAllocator().buffer(capacity: json.count + head.count + 32)
        text.writeBytes(head)
        text.writeString(String(offset))
        let rest = object.dropFirst()
        if rest.first(where: { !Self.blanks.contains($0) }) != UInt8(ascii: "}") {
            text.writeInteger(UInt8(ascii: ","))
        }
        if object.starts(with: Self.bareType) { text.writeBytes(Self.category) }
        text.writeBytes(rest)
        return text
    }

    /// The text without a stamp, as where recovery is off.
    static func unstamped(_ json: [UInt8]) -> ByteBuffer {
        guard json.starts(with: bareType) else { return ByteBuffer(bytes: json) }
        return ByteBuffer(bytes: [UInt8(ascii: "{")] + category + json.dropFirst())
    }
}
