/// Encrypted frames that came before the key did, in the order they came, within a bound.
///
/// A server may send them before its hello message has been read (PROTOCOL section 9).
public struct HeldFrames: Sendable {
    /// The most frames that are held.
    public let maximumCount: Int
    /// The most bytes that all of them may have together.
    public let maximumBytes: Int

    private var frames: [[UInt8]] = []
    /// How many bytes the held frames have together.
    public private(set) var byteCount = 0
    /// How many frames did not fit and are lost, since the last ``takeAll()``.
    public private(set) var lost = 0

    /// - Parameters:
    ///   - maximumCount: 256 by default; at least 0.
    ///   - maximumBytes: 4 MiB by default, four of the largest messages; at least 0.
    public init(maximumCount: Int = 256, maximumBytes: Int = 4 << 20) {
        self.maximumCount = max(maximumCount, 0)
        self.maximumBytes = max(maximumBytes, 0)
    }

    /// How many frames are held.
    public var count: Int { frames.count }

    /// Holds what stands behind the `E:` of a frame.
    ///
    /// - Throws: ``CryptoError`` with code `frameTooShort` for a frame that no key will open, `heldFramesOverflow`
    ///   for one beyond the bounds. Neither is held. Once a frame was lost, all later ones are, so that what is
    ///   held has no hole in it.
    public mutating func hold(_ sealed: [UInt8]) throws(CryptoError) {
        guard sealed.count >= SealedFrame.minimumBody else {
            throw CryptoError(
                .frameTooShort,
                "a sealed message has at least \(SealedFrame.minimumBody) bytes, not \(sealed.count)")
        }
        guard lost == 0, frames.count < maximumCount, sealed.count <= maximumBytes - byteCount else {
            lost += 1
            throw CryptoError(
                .heldFramesOverflow, "more encrypted frames came before the key than are held (\(count))")
        }
        frames.append(sealed)
        byteCount += sealed.count
    }

    /// Gives out everything, in the order it came, and starts anew.
    public mutating func takeAll() -> [[UInt8]] {
        defer {
            frames = []
            byteCount = 0
            lost = 0
        }
        return frames
    }
}
