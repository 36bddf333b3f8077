/// What happened: always as a digest, by which two runs are compared, and as text if asked for.
struct History {
    /// The last lines only; a history may be long.
    static let kept = 400

    let isRecorded: Bool
    private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    private var lines: [String] = []
    private(set) var omitted = 0

    init(isRecorded: Bool) {
        self.isRecorded = isRecorded
    }

    mutating func note(_ now: VirtualTime, _ code: UInt64, _ detail: UInt64 = 0, _ text: String?) {
        mix(UInt64(bitPattern: now.microseconds))
        mix(code)
        mix(detail)
        guard let text else { return }
        lines.append("\(now) \(text)")
        if lines.count >= 2 * Self.kept {
            omitted += lines.count - Self.kept
            lines.removeFirst(lines.count - Self.kept)
        }
    }

    private mutating func mix(_ value: UInt64) {
        digest = (digest ^ value) &* 0x0000_0100_0000_01B3
        digest ^= digest >> 29
    }

    var text: String {
        let shown = lines.suffix(Self.kept)
        let left = omitted + lines.count - shown.count
        return (left > 0 ? "… \(left) earlier lines\n" : "") + shown.joined(separator: "\n")
    }
}
