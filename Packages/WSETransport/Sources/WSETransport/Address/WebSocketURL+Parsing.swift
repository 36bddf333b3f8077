import NIOCore

extension WebSocketURL {
    /// Parses an absolute URL.
    ///
    /// `http` and `https` are taken as `ws` and `wss`. Characters outside ASCII in path and query are
    /// percent-encoded; white space and control characters are refused.
    ///
    /// - Throws: ``WebSocketError`` with code `invalidURL`; the message names what is wrong and where, and shows no
    ///   part of the URL that may be secret.
    public init(_ string: String) throws(WebSocketError) {
        let text = Array(string.utf8)
        guard let schemeEnd = text.firstIndex(of: UInt8(ascii: ":")) else {
            throw Self.invalid("it has no scheme; write ws://host or wss://host")
        }
        let scheme = try Self.parseScheme(text[..<schemeEnd])
        guard text[schemeEnd...].starts(with: "://".utf8) else {
            throw Self.invalid("“//” is missing after the scheme", at: schemeEnd + 1)
        }
        let authorityStart = schemeEnd + 3
        let authorityEnd =
            text[authorityStart...].firstIndex { $0 == .slash || $0 == .question || $0 == .hash }
            ?? text.endIndex
        let (host, port) = try Self.parseAuthority(text[authorityStart..<authorityEnd])

        if let hash = text[authorityEnd...].firstIndex(of: .hash) {
            throw Self.invalid("a WebSocket URL has no fragment (“#”)", at: hash)
        }
        let question = text[authorityEnd...].firstIndex(of: .question)
        let path = try Self.encode(text[authorityEnd..<(question ?? text.endIndex)])
        let query: String? =
            if let question { try Self.encode(text[(question + 1)...]) } else { nil }
        self.init(
            scheme: scheme, host: host, port: port ?? scheme.defaultPort,
            path: path.isEmpty ? "/" : path, query: query)
    }

    private static func parseScheme(_ bytes: ArraySlice<UInt8>) throws(WebSocketError) -> Scheme {
        switch String(decoding: bytes, as: UTF8.self).lowercased() {
        case "ws", "http": return .ws
        case "wss", "https": return .wss
        case "": throw invalid("the scheme is empty", at: 0)
        default: throw invalid("the scheme must be ws, wss, http or https", at: 0)
        }
    }

    private static func parseAuthority(
        _ bytes: ArraySlice<UInt8>
    ) throws(WebSocketError) -> (host: String, port: Int?) {
        if let at = bytes.lastIndex(of: UInt8(ascii: "@")) {
            throw invalid(
                "user name and password are not taken from a URL; send an Authorization header instead",
                at: bytes.startIndex, to: at)
        }
        if bytes.first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else {
                throw invalid("“]” is missing after the IPv6 address", at: bytes.startIndex)
            }
            let host = String(decoding: bytes[(bytes.startIndex + 1)..<close], as: UTF8.self)
            guard case .v6? = try? SocketAddress(ipAddress: host, port: 0) else {
                throw invalid("not an IPv6 address", at: bytes.startIndex + 1, to: close)
            }
            return (host.lowercased(), try parsePort(bytes[(close + 1)...]))
        }
        let hostEnd = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
        return (try parseHostName(bytes[..<hostEnd]), try parsePort(bytes[hostEnd...]))
    }

    private static func parseHostName(_ bytes: ArraySlice<UInt8>) throws(WebSocketError) -> String {
        guard !bytes.isEmpty else { throw invalid("the host is empty", at: bytes.startIndex) }
        guard bytes.count <= 253 else {
            throw invalid("the host is longer than 253 bytes", at: bytes.startIndex)
        }
        for index in bytes.indices where !bytes[index].isHostNameByte {
            let hint = bytes[index] >= 0x80 ? "; write an international name in its xn-- form" : ""
            throw invalid("the host has a character that host names cannot hold\(hint)", at: index)
        }
        return String(decoding: bytes, as: UTF8.self).lowercased()
    }

    /// Takes what follows the host: nothing, or a colon and digits.
    private static func parsePort(_ bytes: ArraySlice<UInt8>) throws(WebSocketError) -> Int? {
        guard let first = bytes.first else { return nil }
        guard first == UInt8(ascii: ":") else {
            throw invalid("only a port may follow the IPv6 address", at: bytes.startIndex)
        }
        let digits = bytes.dropFirst()
        guard !digits.isEmpty else { return nil }
        guard digits.count <= 5, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = Int(String(decoding: digits, as: UTF8.self)), (1...65535).contains(port)
        else {
            throw invalid("the port must be a number from 1 to 65535", at: digits.startIndex)
        }
        return port
    }

    /// Checks path or query and percent-encodes what may not stand in it as it is.
    private static func encode(_ bytes: ArraySlice<UInt8>) throws(WebSocketError) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            switch byte {
            case 0...0x20, 0x7f:
                throw invalid("it has white space or a control character; percent-encode it", at: index)
            case UInt8(ascii: "%"):
                let hex = bytes[(index + 1)...].prefix(2)
                guard hex.count == 2, hex.allSatisfy(\.isHexDigit) else {
                    throw invalid("“%” is not followed by two hexadecimal digits", at: index)
                }
                result.append(byte)
            default:
                if byte.mayStandInPathAndQuery {
                    result.append(byte)
                } else {
                    result.append(percentEncoded: byte)
                }
            }
            index += 1
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func invalid(_ reason: String, at start: Int? = nil, to end: Int? = nil) -> WebSocketError
    {
        let place =
            switch (start, end) {
            case (let start?, let end?): " (bytes \(start) to \(end))"
            case (let start?, nil): " (byte \(start))"
            default: ""
            }
        return WebSocketError(.invalidURL, "The URL is not usable: \(reason)\(place).")
    }
}
