extension WebSocketURL {
    /// The same URL with more query items after those it has.
    ///
    /// Names and values are percent-encoded: all bytes of their UTF-8 except letters, digits and `-._~`.
    public func appending(queryItems: [(name: String, value: String)]) -> WebSocketURL {
        guard !queryItems.isEmpty else { return self }
        var bytes = Array((query ?? "").utf8)
        for (name, value) in queryItems {
            if let last = bytes.last, last != UInt8(ascii: "&") { bytes.append(UInt8(ascii: "&")) }
            bytes.append(percentEncoding: name)
            bytes.append(UInt8(ascii: "="))
            bytes.append(percentEncoding: value)
        }
        return WebSocketURL(
            scheme: scheme, host: host, port: port, path: path,
            query: String(decoding: bytes, as: UTF8.self))
    }

    /// The query's items in order, percent-decoded; an item without `=` has an empty value.
    ///
    /// Bytes that are not UTF-8 once decoded become U+FFFD. A `+` stays a `+`.
    public var queryItems: [(name: String, value: String)] {
        guard let query else { return [] }
        return query.utf8.split(separator: UInt8(ascii: "&")).map { item in
            let parts = item.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.percentDecoded(parts[0]), parts.count > 1 ? Self.percentDecoded(parts[1]) : "")
        }
    }

    /// Whether two hexadecimal digits follow every percent sign.
    static func isPercentEncoded(_ text: some Sequence<UInt8>) -> Bool {
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else { continue }
            guard iterator.next()?.hexValue != nil, iterator.next()?.hexValue != nil else { return false }
        }
        return true
    }

    static func percentDecoded(_ text: some Sequence<UInt8>) -> String {
        var result: [UInt8] = []
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            // In a validated URL, two hexadecimal digits follow every percent sign.
            if byte == UInt8(ascii: "%"), let high = iterator.next()?.hexValue,
                let low = iterator.next()?.hexValue
            {
                result.append(high << 4 | low)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
