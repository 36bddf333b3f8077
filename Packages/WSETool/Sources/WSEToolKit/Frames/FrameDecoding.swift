internal import WSEWire

/// `wse decode`: frames in, events out.
public struct FrameDecoding: Sendable {
    /// `nil` to find out.
    public var form: ByteForm?
    /// Whether each line of the input is a frame.
    public var isLineByLine = false
    /// A file with the key of `E:` frames, or `-`; otherwise `WSE_KEY` is used, if it is set.
    public var keyFile: String?

    public init() {}

    /// Decodes standard input.
    ///
    /// - Returns: `failure` if anything in it could not be read; the diagnostics say what and at which byte.
    /// - Throws: ``ToolError``.
    public func run(_ console: Console) throws(ToolError) -> ToolStatus {
        let secret = try Secret.find(file: keyFile, variable: "WSE_KEY", in: console)
        let key = try secret.map { (secret) throws(ToolError) in try FrameKey(secret) }
        let input = try console.readInput(for: "the frame")
        var decoder = MessageDecoder(
            limits: WireLimits(maximumMessageSize: InputFile.limit), decryptor: key)
        var isGood = true
        if isLineByLine {
            let lines = input.split(separator: 0x0A, omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() where !line.allSatisfy(ByteForm.isBlank) {
                isGood = try decode(Array(line), with: &decoder, "line \(index + 1): ", console) && isGood
            }
        } else {
            guard !input.allSatisfy(ByteForm.isBlank) else {
                throw ToolError(.dataError, "there is no frame on standard input")
            }
            isGood = try decode(input, with: &decoder, "", console)
        }
        return isGood ? .success : .failure
    }

    private func decode(
        _ text: [UInt8], with decoder: inout MessageDecoder, _ place: String, _ console: Console
    ) throws(ToolError) -> Bool {
        let bytes: [UInt8]
        do throws(ToolError) {
            bytes = try (form ?? .guess(text)).decode(text)
        } catch {
            // The next line may be a frame again.
            guard isLineByLine else { throw error }
            console.note(place + error.message)
            return false
        }
        var items: [WireItem] = []
        decoder.decode(bytes.span.bytes, as: .binary, into: &items)
        var isGood = true
        for item in items {
            switch item {
            case .event(let event):
                try console.writeJSON(EventJSON.line(event))
            case .legacyPing(let milliseconds):
                try write("PING", milliseconds, console)
            case .legacyPong(let milliseconds):
                try write("PONG", milliseconds, console)
            case .encrypted(let sealed):
                isGood = false
                // Behind the two bytes of the prefix.
                console.note(
                    "\(place)encrypted: an E: frame of \(sealed.count) bytes wants its key, from --key-file or WSE_KEY,"
                        + " at byte 2")
            case .failure(let error):
                isGood = false
                console.note(place + Self.text(error).shown)
            }
        }
        return isGood
    }

    private func write(_ line: String, _ milliseconds: Int64, _ console: Console) throws(ToolError) {
        var writer = JSONWriter()
        writer.add("heartbeat", line)
        writer.add("milliseconds", milliseconds)
        try console.writeJSON(writer.line())
    }

    /// What is wrong, where, and why below that.
    private static func text(_ error: WireError) -> String {
        // Where no byte is to blame, the whole is: of a frame that cannot be opened, what stands behind `E:`.
        WireError(
            error.code, error.message + (error.underlying.map { " (\($0))" } ?? ""),
            byteOffset: error.byteOffset ?? (error.code == .undecryptable ? 2 : 0), path: error.path
        ).description
    }
}
