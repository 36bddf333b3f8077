import NIOHTTP1

extension HTTPResponseHead {
    var webSocketHeaders: [WebSocketHeader] {
        headers.map { WebSocketHeader($0.name, $0.value) }
    }
}

extension WebSocketHeader {
    /// - Throws: ``WebSocketError`` with code `invalidArgument` if the header cannot be sent.
    func check() throws(WebSocketError) {
        guard !name.isEmpty, name.utf8.allSatisfy(\.isTokenByte) else {
            throw WebSocketError(
                .invalidArgument, "A header's name is empty or has a character that is not allowed.")
        }
        // A line break would let the value smuggle in further headers.
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
            throw WebSocketError(.invalidArgument, "The header \(name) has a control character in its value.")
        }
    }
}

extension UInt8 {
    /// `tchar` of RFC 9110 section 5.6.2.
    fileprivate var isTokenByte: Bool {
        isLetterOrDigit || "!#$%&'*+-.^_`|~".utf8.contains(self)
    }
}
