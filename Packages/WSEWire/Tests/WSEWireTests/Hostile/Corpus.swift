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

    /// Inputs that fuzzing found, as it wrote them: see the folder `Fuzz`.
    static let found: [[UInt8]] = files(withExtension: "input").map { Array($0) }

    private static func files(withExtension wanted: String) -> [Data] {
        guard let directory,
            let files = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil)
        else { return [] }
        return files.compactMap { $0 as? URL }.filter { $0.pathExtension == wanted }
            .sorted { $0.path < $1.path }.compactMap { try? Data(contentsOf: $0) }
    }
}
