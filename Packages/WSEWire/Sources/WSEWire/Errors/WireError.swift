/// Why bytes could not be read as a WSE message, or a message not written as bytes.
///
/// The description names what is wrong and where; it never contains the bytes themselves, as payloads may be
/// confidential.
public struct WireError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public let code: Code
    /// What is wrong, for people.
    public let message: String
    /// Index of the offending byte in the text or map that was being read, counted from its start: after a
    /// dialect prefix, inflated and decrypted. `nil` where no single byte is to blame.
    public let byteOffset: Int?
    /// Where in a payload the value is that does not fit a type; empty for errors of another kind.
    public let path: [WSEValue.PathComponent]
    /// What a type's own coding or a decryptor threw, should that have been the reason.
    public let underlying: (any Error)?

    /// Makes one, for a ``FrameDecryptor`` or a coding of your own. Put no payload into the message.
    public init(
        _ code: Code, _ message: String, byteOffset: Int? = nil, path: [WSEValue.PathComponent] = [],
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.byteOffset = byteOffset
        self.path = path
        self.underlying = underlying
    }

    /// The same error of bytes that lie `distance` further inside of others.
    func moved(by distance: Int) -> WireError {
        WireError(
            code, message, byteOffset: byteOffset.map { $0 + distance }, path: path, underlying: underlying)
    }

    public var description: String {
        var text = "\(code): \(message)"
        if !path.isEmpty { text += " at " + WSEValue.PathComponent.description(of: path) }
        if let byteOffset { text += " at byte \(byteOffset)" }
        return text
    }
}

extension WireError: Hashable {
    /// Compares everything but ``underlying``.
    public static func == (left: WireError, right: WireError) -> Bool {
        left.code == right.code && left.message == right.message && left.byteOffset == right.byteOffset
            && left.path == right.path
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(code)
        hasher.combine(message)
        hasher.combine(byteOffset)
        hasher.combine(path)
    }
}
