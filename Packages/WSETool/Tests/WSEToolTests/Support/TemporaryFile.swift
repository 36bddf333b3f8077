import Foundation

/// A file that a test makes and removes.
struct TemporaryFile {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("wse-\(UUID().uuidString)")

    var path: String { url.path }
    var contents: String? { try? String(contentsOf: url, encoding: .utf8) }

    init(_ contents: String? = nil) {
        guard let contents else { return }
        _ = FileManager.default.createFile(atPath: url.path, contents: Data(contents.utf8))
    }

    func remove() { try? FileManager.default.removeItem(at: url) }
}
