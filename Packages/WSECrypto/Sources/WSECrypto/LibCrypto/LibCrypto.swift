import CCrypto

/// How results of libcrypto's functions become errors.
enum LibCrypto {
    /// Makes an error of libcrypto's error queue of this thread, and empties the queue.
    ///
    /// - Parameter code: What failed, in this package's words.
    static func failure(_ message: String, code: CryptoError.Code = .libraryFailure) -> CryptoError {
        CryptoError(code, message, reasons: takeReasons())
    }

    /// Throws unless `result` is 1, libcrypto's sign of success.
    static func check(
        _ result: CInt, _ message: @autoclosure () -> String, code: CryptoError.Code = .libraryFailure
    ) throws(CryptoError) {
        guard result == 1 else { throw failure(message(), code: code) }
    }

    /// Empties the error queue of this thread.
    ///
    /// For failures that are expected, such as a forged message, and before operations whose reasons are looked
    /// at: other users of libcrypto on this thread may have left theirs.
    static func forgetReasons() {
        ERR_clear_error()
    }

    private static func takeReasons() -> [String] {
        var reasons: [String] = []
        while true {
            let packed = ERR_get_error()
            guard packed != 0 else { return reasons }
            if let text = ERR_reason_error_string(packed) {
                reasons.append(String(cString: text))
            } else {
                reasons.append("reason \(ERR_GET_REASON(packed)) of library \(ERR_GET_LIB(packed))")
            }
        }
    }
}
