import CCrypto

/// libcrypto's error queue of this thread.
enum ErrorQueue {
    static var isEmpty: Bool { ERR_peek_error() == 0 }
}
