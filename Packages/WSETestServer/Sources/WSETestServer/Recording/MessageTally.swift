/// Which types of messages came, and how many of each, in the order in which they were first seen.
struct MessageTally: CustomStringConvertible {
    private var counts: [(type: String, count: Int)] = []
    /// How many messages of further types there were.
    private var others = 0

    mutating func add(_ message: ReceivedMessage) {
        let type = message.type ?? "no envelope"
        if let index = counts.firstIndex(where: { $0.type == type }) {
            counts[index].count += 1
        } else if counts.count < 10 {
            counts.append((type, 1))
        } else {
            others += 1
        }
    }

    /// Such as `2 of tick, client_hello`; `none` where none came.
    var description: String {
        guard !counts.isEmpty else { return "none" }
        let known = counts.map { $0.count == 1 ? $0.type : "\($0.count) of \($0.type)" }
        return (known + (others == 0 ? [] : ["\(others) of other types"])).joined(separator: ", ")
    }
}
