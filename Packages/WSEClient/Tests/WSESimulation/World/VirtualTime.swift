@testable import WSEClient

/// Time since the beginning of a history, or a span of it. Nothing here reads a clock.
struct VirtualTime: Comparable, Hashable {
    var microseconds: Int64

    static let zero = VirtualTime(microseconds: 0)

    static func milliseconds(_ count: Int) -> VirtualTime { VirtualTime(microseconds: Int64(count) * 1_000) }
    static func seconds(_ count: Int) -> VirtualTime { milliseconds(count * 1_000) }

    init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    init(_ duration: Duration) {
        let parts = duration.components
        microseconds = parts.seconds * 1_000_000 + parts.attoseconds / 1_000_000_000_000
    }

    static func < (left: VirtualTime, right: VirtualTime) -> Bool { left.microseconds < right.microseconds }
    static func + (left: VirtualTime, right: VirtualTime) -> VirtualTime {
        VirtualTime(microseconds: left.microseconds + right.microseconds)
    }
    static func - (left: VirtualTime, right: VirtualTime) -> VirtualTime {
        VirtualTime(microseconds: left.microseconds - right.microseconds)
    }

    /// Instants have no public zero; only differences between them count.
    private static let origin = ContinuousClock.now

    var moment: Moment {
        Moment(
            instant: VirtualTime.origin + .microseconds(microseconds),
            unixMilliseconds: 1_763_800_000_000 + UInt64(microseconds / 1_000))
    }
}

extension VirtualTime: CustomStringConvertible {
    /// In seconds, with six digits.
    var description: String {
        let fraction = String((microseconds % 1_000_000).magnitude)
        let sign = microseconds < 0 ? "-" : ""
        return "\(sign)\((microseconds / 1_000_000).magnitude)."
            + String(repeating: "0", count: 6 - fraction.count) + fraction
    }
}
