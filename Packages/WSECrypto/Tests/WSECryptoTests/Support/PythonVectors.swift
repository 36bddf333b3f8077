import Foundation
import Testing

/// `Vectors/python.json`: what the Python package `cryptography` made.
struct PythonVectors: Decodable {
    /// Two parties and what they agree on; all fields in hexadecimal.
    struct Agreement: Decodable, Sendable {
        let scalar: String
        let point: String
        let peer: String
        let secret: String
        let current: String
        let salted: String
    }

    /// A sealed message; all fields in hexadecimal.
    struct Sealed: Decodable, Sendable {
        let key: String
        let plaintext: String
        let body: String
    }

    /// A signed payload; key and nonce in hexadecimal.
    struct Signed: Decodable, Sendable {
        let key: String
        let payload: String
        let unixSeconds: Int64
        let nonce: String
        let plain: String
        let timestamped: String
    }

    let agreements: [Agreement]
    let sealed: [Sealed]
    let signed: [Signed]

    static func load() throws -> PythonVectors {
        try JSONDecoder().decode(PythonVectors.self, from: Data(contentsOf: file("python.json")))
    }

    /// A file of the folder `Vectors`.
    static func file(_ name: String) throws -> URL {
        let folder = try #require(Bundle.module.resourceURL).appendingPathComponent("Vectors")
        return folder.appendingPathComponent(name)
    }
}
