extension WSETestServer {
    /// The HTTP request that a client opened its connection with.
    public struct Request: Sendable, Hashable {
        /// The request target as sent, query included.
        public let target: String
        /// The path, percent-decoded.
        public let path: String
        /// The query's items in order, percent-decoded.
        public let query: [QueryItem]
        /// The header fields in order.
        public let headers: [HeaderField]

        /// One `name=value` of the query.
        public struct QueryItem: Sendable, Hashable {
            /// Its name.
            public let name: String
            /// Its value.
            public let value: String
        }

        /// One header field.
        public struct HeaderField: Sendable, Hashable {
            /// Its name.
            public let name: String
            /// Its value.
            public let value: String

            /// A field as it stands in a request or an answer.
            public init(name: String, value: String) {
                self.name = name
                self.value = value
            }
        }

        init(target: String, headers: [HeaderField]) {
            self.target = target
            self.headers = headers
            let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            path = PercentEncoding.decode(parts.first ?? "", plusIsSpace: false)
            query =
                parts.count < 2
                ? []
                : parts[1].split(separator: "&").map { item in
                    let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    return QueryItem(
                        name: PercentEncoding.decode(pair[0], plusIsSpace: true),
                        value: pair.count < 2 ? "" : PercentEncoding.decode(pair[1], plusIsSpace: true))
                }
        }

        /// The first header field of that name, whatever its case.
        public func header(_ name: String) -> String? {
            let wanted = name.lowercased()
            return headers.first { $0.name.lowercased() == wanted }?.value
        }

        /// The first query item of that name.
        public func queryValue(_ name: String) -> String? {
            query.first { $0.name == name }?.value
        }

        /// The cookie of that name.
        public func cookie(_ name: String) -> String? {
            for field in headers where field.name.lowercased() == "cookie" {
                for pair in field.value.split(separator: ";") {
                    let trimmed = pair.drop { $0 == " " }
                    guard let equals = trimmed.firstIndex(of: "="), trimmed[..<equals] == name else {
                        continue
                    }
                    return String(trimmed[trimmed.index(after: equals)...])
                }
            }
            return nil
        }

        /// The topics of the query item `topics`. The server subscribes the client to none of them, as the
        /// published servers do not.
        public var topics: [String] {
            queryValue("topics").map { $0.split(separator: ",").map(String.init) } ?? []
        }

        /// The token of the cookie `access_token` or, without one, of `Authorization: Bearer`, as the published
        /// servers look for it.
        public var token: String? {
            if let token = cookie("access_token") { return token }
            guard let value = header("Authorization"), value.lowercased().hasPrefix("bearer ") else {
                return nil
            }
            return String(value.dropFirst(7).drop { $0 == " " })
        }

        /// Whether direct sends are MessagePack (`format=msgpack`).
        public var wantsMessagePack: Bool { queryValue("format") == "msgpack" }
    }
}
