import WSEWire

/// What large events carry: an order book, whose levels differ as prices do.
public struct Book: Codable, Sendable {
    public struct Level: Codable, Sendable {
        public var px: Double
        public var qty: Double
        public var orders: Int
    }

    public var sym: String
    public var depth: Int
    public var levels: [Level]

    /// - Parameter bytes: How large its JSON is, to within one level.
    public init(bytes: Int) throws {
        (sym, depth, levels) = ("BTC-USD", 0, [])
        var count = try PayloadEncoder().json(self).count + 8
        while true {
            let number = levels.count
            let level = Level(
                px: 42_000 + Double(number) / 4, qty: Double(number * 7 % 400) / 8, orders: number % 9)
            count += try PayloadEncoder().json(level).count + 1
            if count > bytes { break }
            levels.append(level)
        }
        depth = levels.count
    }
}
