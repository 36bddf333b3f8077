/// Decides by their nonces which inbound messages may be opened.
enum NonceGuard: ~Copyable {
    /// The peer's nonces are random: none may come twice, as far as the history reaches.
    case unique(NonceHistory)
    /// The peer counts: each must lie ahead of the last.
    case increasing(last: Nonce?)

    /// - Throws: ``CryptoError`` with code `replayedFrame` or `reorderedFrame`.
    borrowing func check(_ nonce: Nonce) throws(CryptoError) {
        switch self {
        case .unique(let history):
            guard !history.contains(nonce) else { throw Self.replayed }
        case .increasing(let last):
            guard let last else { return }
            let distance = nonce.distance(from: last)
            guard distance != 0 else { throw Self.replayed }
            // Half of the cycle lies ahead, half behind.
            guard distance < 1 << 95 else {
                throw CryptoError(.reorderedFrame, "a message that was sealed before the last one")
            }
        }
    }

    /// Takes note of the nonce of a message that is authentic. It must have passed ``check(_:)``.
    mutating func accept(_ nonce: Nonce) {
        switch consume self {
        case .unique(var history):
            history.insert(nonce)
            self = .unique(history)
        case .increasing:
            self = .increasing(last: nonce)
        }
    }

    private static let replayed = CryptoError(.replayedFrame, "a message that was opened before")
}
