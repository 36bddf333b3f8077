#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The program `openssl speed`.
enum OpenSSLSpeed {
    struct Failure: Error {}

    /// - Returns: MB/s.
    static func measure(_ direction: Direction, byteCount: Int) throws -> Double {
        let decrypt = direction == .open ? " -decrypt" : ""
        let command =
            "openssl speed -mr -seconds 1 -bytes \(byteCount)\(decrypt) -evp aes-256-gcm 2>/dev/null"
        guard let output = popen(command, "r") else { throw Failure() }
        defer { pclose(output) }
        var line = [CChar](repeating: 0, count: 1_024)
        var result: Double?
        while fgets(&line, CInt(line.count), output) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            // `+F:<number>:AES-256-GCM:<bytes per second>`
            guard text.hasPrefix("+F:"), let last = text.split(separator: ":").last else { continue }
            result = Double(last.filter { !$0.isWhitespace })
        }
        guard let result else { throw Failure() }
        return result / 1e6
    }
}
