import Foundation
import Testing
import WSEWire

/// Frames kept as files: captured from servers, of every form there is, and those that once gave trouble.
enum Corpus {
    struct Frame: Codable, Sendable, CustomTestStringConvertible {
        var name: String
        /// `text` or `binary`: which kind of message it came in.
        var kind: String
        var base64: String

        var bytes: [UInt8] { Data(base64Encoded: base64).map { Array($0) } ?? [] }
        var testDescription: String { name }
    }

    private static var directory: URL? { Bundle.module.resourceURL?.appendingPathComponent("Corpus") }

    /// The frames of all `.jsonl` files, one JSON object a line.
    static let frames: [Frame] = files(withExtension: "jsonl").flatMap { file in
        String(decoding: file, as: UTF8.self).split(separator: "\n").compactMap { line in
            let bytes = Array(line.utf8)
            return try? PayloadDecoder().decode(
                Frame.self, fromJSON: bytes.span.bytes, limits: WireLimits(maximumMessageSize: 8 << 20))
        }
    }

    /// How many there are, readable or not.
    static let lineCount = files(withExtension: "jsonl").reduce(0) { count, file in
        count + String(decoding: file, as: UTF8.self).split(separator: "\n").count
    }

    /// Inputs that once gave trouble, as they are: see the folder `Fuzz`.
    static let found: [[UInt8]] = files(withExtension: "input").map { Array($0) }

    /// The error that a frame must give which a server sends although it holds no envelope: servers pass on what
    /// their application publishes.
    static func refused(_ frame: Frame) -> WireError.Code? {
        switch frame.name.split(separator: " ").last {
        case "topic_empty_object", "topic_array", "topic_plain_text", "event_no_type", "send_text",
            "send_bytes":
            .invalidEnvelope
        case "topic_empty", "topic_unclosed": .invalidJSON
        default: nil
        }
    }

    private static func files(withExtension wanted: String) -> [Data] {
        guard let directory,
            let files = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil)
        else { return [] }
        return files.compactMap { $0 as? URL }.filter { $0.pathExtension == wanted }
            .sorted { $0.path < $1.path }.compactMap { try? Data(contentsOf: $0) }
    }
}
