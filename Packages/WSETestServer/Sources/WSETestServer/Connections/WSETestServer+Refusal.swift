extension WSETestServer {
    /// What a client gets instead of an upgrade.
    public struct Refusal: Sendable, Hashable {
        struct Answer: Sendable, Hashable {
            var status: Int
            var headers: [Request.HeaderField]
            var body: String
        }

        enum Value: Sendable, Hashable {
            case answer(Answer)
            case hangUp
            case silence
        }

        let value: Value

        /// An HTTP answer.
        ///
        /// - Parameters:
        ///   - status: The status, such as 401, 403 or 503. 200 to 599.
        ///   - headers: Fields such as `Retry-After`.
        ///   - body: The text of the answer.
        public static func status(
            _ status: Int, headers: [Request.HeaderField] = [], body: String = ""
        ) -> Refusal {
            Refusal(value: .answer(Answer(status: min(max(status, 200), 599), headers: headers, body: body)))
        }

        /// TCP ends without an answer.
        public static let hangUp = Refusal(value: .hangUp)

        /// TCP stays open, and nothing comes.
        public static let silence = Refusal(value: .silence)
    }
}
