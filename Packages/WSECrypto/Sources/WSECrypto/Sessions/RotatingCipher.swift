import Synchronization

/// The cipher of a connection whose keys are negotiated anew while it goes on.
///
/// Seals under the newest key only. Opens under the newest key, and for a grace window after a change under the one
/// before it too, for messages that the peer had sealed by then. After the window the old cipher is let go, and its
/// key wiped, as soon as anything is opened, the keys change again or ``releaseExpired()`` is called.
///
/// A class for the same reason as ``SessionCipher``: both sides of a connection share it.
public final class RotatingCipher: MessageCipher, CustomReflectable {
    private struct Ciphers {
        var current: any MessageCipher
        var previous: (cipher: any MessageCipher, until: ContinuousClock.Instant)?

        mutating func release(at now: ContinuousClock.Instant) {
            if let previous, previous.until <= now { self.previous = nil }
        }
    }

    /// How long after a change the key before it may still open messages.
    public let graceWindow: Duration

    private let ciphers: Mutex<Ciphers>
    private let now: @Sendable () -> ContinuousClock.Instant

    /// - Parameters:
    ///   - cipher: The first one.
    ///   - graceWindow: 30 seconds by default; 0 to let the old key go at once.
    ///   - now: The monotonic time; read only while there is an old key.
    public init(
        _ cipher: any MessageCipher, graceWindow: Duration = .seconds(30),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        ciphers = Mutex(Ciphers(current: cipher))
        self.graceWindow = max(graceWindow, .zero)
        self.now = now
    }

    /// Empty: keys are not for reflection.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Changes over to a cipher of new keys. A key that was still in its grace window is let go.
    public func rotate(to cipher: any MessageCipher) {
        let until = now().advanced(by: graceWindow)
        ciphers.withLock { ciphers in
            ciphers.previous = graceWindow > .zero ? (ciphers.current, until) : nil
            ciphers.current = cipher
        }
    }

    /// Lets go of the old cipher if its grace window is over.
    public func releaseExpired() {
        let time = now()
        ciphers.withLock { $0.release(at: time) }
    }

    /// Whether messages under the key before the current one may still be opened.
    public var acceptsPreviousKey: Bool {
        releaseExpired()
        return ciphers.withLock { $0.previous != nil }
    }

    public func seal(_ plaintext: RawSpan, appendingTo frame: inout [UInt8]) throws(CryptoError) {
        try ciphers.withLock({ $0.current }).seal(plaintext, appendingTo: &frame)
    }

    /// Opens a sealed message under the newest key, or the one before it within the grace window.
    ///
    /// - Throws: ``CryptoError`` as the newest cipher does; if that does not know the message, as the one before it
    ///   does, so that a replay of an old message is told from a forgery.
    public func open(_ sealed: RawSpan, into plaintext: inout [UInt8]) throws(CryptoError) {
        let (current, isAlone) = ciphers.withLock { ($0.current, $0.previous == nil) }
        if !isAlone { releaseExpired() }
        do throws(CryptoError) {
            try current.open(sealed, into: &plaintext)
        } catch {
            guard error.code == .authenticationFailed, !isAlone,
                let previous = ciphers.withLock({ $0.previous?.cipher })
            else { throw error }
            try previous.open(sealed, into: &plaintext)
        }
    }
}
