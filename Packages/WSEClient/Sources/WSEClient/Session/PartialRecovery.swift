/// A topic of which the server no longer has all that was missed, while it is found out how much it has.
///
/// A server replays all that was asked for or nothing, and does not say how far back it reaches. So it is asked for less
/// and less of the end.
struct PartialRecovery: Sendable, Hashable {
    /// How many of the newest publications the last request was for.
    var count: UInt64
    /// The position that was sent with it.
    var after: UInt64

    /// The most that are asked for; servers keep hundreds, or some ten thousands.
    private static let most = UInt64(1) << 17
    /// The published server replays at most this many unless told otherwise, and its buffers are powers of two.
    private static let usual: UInt64 = 500

    /// The next number below `count` that a server may have; `nil` if there is none.
    static func count(below count: UInt64) -> UInt64? {
        guard count > 1 else { return nil }
        if count > most { return most }
        let power = UInt64(1) << UInt64(63 - (count - 1).leadingZeroBitCount)
        return count > usual && usual > power ? usual : power
    }
}
