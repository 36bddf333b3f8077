extension WSEValue {
    /// Reads one MessagePack value; of equal keys the last wins.
    ///
    /// Keys of maps must be strings. Extensions, timestamps among them, become ``ext(type:data:)``.
    ///
    /// - Throws: ``WireError`` that names what is wrong and at which byte.
    public init(messagePack bytes: RawSpan, limits: WireLimits = WireLimits()) throws(WireError) {
        let storage = try ValidatedBytes.messagePack(bytes, limits: limits)
        self = storage.withBytes { base, _ in
            var reader = MessagePackReader(base: base, position: 0)
            return reader.readValue()
        }
    }

    /// The value in MessagePack, every part in its shortest form and members in the order of their keys.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable` for more than 2^32 - 1 bytes or elements in one place.
    public func messagePack() throws(WireError) -> [UInt8] {
        var output = OutputBuffer()
        try output.pack(self)
        return Array(output.bytes)
    }
}
