/// JSON of one event with holes for what differs between events; written without a formatter, so that a million of
/// them are made in a moment.
public struct EventTemplate: Sendable {
    private var bytes: [UInt8]
    private let offset: Int?
    private let identifier: Int
    private let timestamp: Int

    /// - Parameter size: Bytes of the whole, if they can be had by filling up the payload.
    public init(stamp topic: String?, payload: String? = nil, size: Int? = nil) {
        let stamp = (
            before: topic == nil ? "" : #""e":"0000007b","#, middle: topic == nil ? "" : #""o":OOOOOOO,"#
        )
        let end = topic.map { #","tp":"\#($0)""# } ?? ""
        func text(_ filler: String) -> String {
            let trade =
                #"{"px":42123.25,"qty":0.5,"side":"buy","sym":"BTC-USD\#(filler)","ts":TTTTTTTTTTTTT}"#
            return
                #"{"c":"U",\#(stamp.before)"id":"019aaf3c-7d11-7a20-8c1f-IIIIIIIIIIII",\#(stamp.middle)"p":\#(payload ?? trade),"t":"trade"\#(end),"ts":"2026-11-23T02:39:00.123Z","v":1}"#
        }
        let missing = max(0, (size ?? 0) - text("").utf8.count)
        let bytes = Array(text(String(repeating: "-", count: missing)).utf8)
        func place(_ hole: String) -> Int? {
            let hole = Array(hole.utf8)
            return bytes.indices.first { bytes[$0...].starts(with: hole) }
        }
        offset = place("OOOOOOO")
        identifier = place("IIIIIIIIIIII") ?? 0
        timestamp = place("TTTTTTTTTTTTT") ?? 0
        self.bytes = bytes
    }

    public var count: Int { bytes.count }

    /// Appends the event of a number, at an offset of its topic.
    public mutating func append(_ number: Int, offset value: UInt64, to output: inout [UInt8]) {
        write(UInt64(number), digits: 12, at: identifier)
        write(UInt64(Trade.firstTimestamp) + UInt64(number), digits: 13, at: timestamp)
        if let offset { write(value, digits: 7, at: offset) }
        output += bytes
    }

    private mutating func write(_ value: UInt64, digits: Int, at start: Int) {
        // A payload without a hole, as those of the larger events are, has no place.
        guard start > 0 else { return }
        var rest = value
        for index in (start..<start + digits).reversed() {
            bytes[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }
}
