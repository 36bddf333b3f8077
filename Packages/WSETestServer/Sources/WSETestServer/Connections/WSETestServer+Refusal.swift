extension WSETestServer {
    /// An HTTP answer instead of an upgrade.
    public struct Refusal: Sendable, Hashable {
        /// The status, such as 401, 403 or 503. 200 to 599.
        public var status: Int
        /// Header fields such as `Retry-After`.
        public var headers: [Request.HeaderField]
        /// The text of the answer.
        public var body: String

        public init(status: Int, headers: [Request.HeaderField] = [], body: String = "") {
            self.status = min(max(status, 200), 599)
            self.headers = headers
            self.body = body
        }
    }
}
