extension FaultScript {
    /// What happens to a frame.
    public struct Action: Sendable, Hashable {
        enum Value: Sendable, Hashable {
            case pass, drop
            case duplicate(Int)
            case reorder(Int)
            case delay(Duration)
            case corrupt(Corruption)
            case replace(String)
            case stall
            case cut(WSETestServer.CutStyle)
            case close(code: UInt16?, reason: String)
        }

        let value: Value

        /// Nothing: keeps the rules after it from acting, those that end the connection too.
        public static let pass = Action(value: .pass)
        /// It is lost.
        public static let drop = Action(value: .drop)
        /// It comes more than once.
        public static func duplicate(copies: Int = 1) -> Action { Action(value: .duplicate(max(0, copies))) }
        /// It comes after that many of the frames that follow it. If fewer follow, it never comes.
        public static func reorder(by frames: Int) -> Action { Action(value: .reorder(max(0, frames))) }
        /// It, and everything after it, comes later.
        public static func delay(_ duration: Duration) -> Action { Action(value: .delay(duration)) }
        /// It comes damaged.
        public static func corrupt(_ corruption: Corruption = .bytes) -> Action {
            Action(value: .corrupt(corruption))
        }
        /// A text comes in its place.
        public static func replace(with text: String) -> Action { Action(value: .replace(text)) }
        /// It comes, and then nothing more: TCP stays open, but neither side gets through, until
        /// ``WSETestServer/Connection/resume()`` or an end.
        public static let stall = Action(value: .stall)
        /// It comes, and then TCP ends without a close frame. What a stall holds back is lost.
        public static func cut(_ style: WSETestServer.CutStyle = .finish) -> Action {
            Action(value: .cut(style))
        }
        /// It comes, and then a close frame; `nil` for one without status. What a stall holds back comes first.
        public static func close(code: UInt16?, reason: String = "") -> Action {
            Action(value: .close(code: code, reason: reason))
        }
    }

    /// How a frame is damaged.
    public struct Corruption: Sendable, Hashable {
        enum Value: Sendable, Hashable {
            case bytes, truncate, garbage, reservedBit
        }

        let value: Value

        /// Some bytes of the message have other values; text stays UTF-8.
        public static let bytes = Corruption(value: .bytes)
        /// The message ends half-way.
        public static let truncate = Corruption(value: .truncate)
        /// A binary message of random bytes.
        public static let garbage = Corruption(value: .garbage)
        /// The WebSocket frame has a reserved bit set, against RFC 6455 section 5.2: a client must fail the connection.
        public static let reservedBit = Corruption(value: .reservedBit)
    }
}
