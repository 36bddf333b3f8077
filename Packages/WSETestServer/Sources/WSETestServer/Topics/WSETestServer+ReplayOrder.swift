extension WSETestServer {
    /// In which order a client that resumes gets what it missed, the answer, and what is published meanwhile.
    public struct ReplayOrder: Sendable, Hashable {
        enum Value: Sendable {
            case first, answerFirst, interleaved
        }

        let value: Value

        /// All that was missed, then the answer, then what is published later.
        public static let first = ReplayOrder(value: .first)

        /// The answer, then all that was missed, then what is published later: what the published server 2.5.1 does now
        /// and then, even where nothing is published meanwhile.
        public static let answerFirst = ReplayOrder(value: .answerFirst)

        /// Half of what was missed, then the answer, then the rest among what is published meanwhile: nothing is lost
        /// and nothing comes twice, but it is out of order, as on the published server 2.5.1 under load.
        public static let interleaved = ReplayOrder(value: .interleaved)
    }
}
