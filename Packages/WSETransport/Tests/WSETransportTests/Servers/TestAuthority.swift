import Foundation
import NIOSSL

/// A certificate authority made with the `openssl` command for one test run; nothing secret is kept anywhere.
struct TestAuthority {
    let directory: URL

    static var isAvailable: Bool { openssl != nil }

    private static var openssl: URL? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/usr/local/bin"
        return path.split(separator: ":").map { URL(fileURLWithPath: "\($0)/openssl") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    init() throws {
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("websocket-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try Self.run([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2",
            "-subj", "/CN=test authority", "-keyout", file("ca.key"), "-out", file("ca.pem"),
        ])
    }

    var certificateFile: String { file("ca.pem") }

    func certificatePEM() throws -> [UInt8] {
        Array(try Data(contentsOf: directory.appendingPathComponent("ca.pem")))
    }

    func remove() {
        try? FileManager.default.removeItem(at: directory)
    }

    /// A certificate for these subject alternative names, and its key, as PEM files.
    func issue(
        _ name: String, for alternativeNames: String?, validity: [String] = ["-days", "2"]
    ) throws -> (certificate: String, key: String) {
        let (key, request, certificate) = (file("\(name).key"), file("\(name).csr"), file("\(name).pem"))
        try Self.run([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
            "/CN=\(name)",
            "-keyout", key, "-out", request,
        ])
        let extensions = file("\(name).ext")
        let line = alternativeNames.map { "subjectAltName=\($0)\n" } ?? "basicConstraints=CA:FALSE\n"
        try Data(line.utf8).write(to: URL(fileURLWithPath: extensions))
        try Self.run(
            [
                "x509", "-req", "-in", request, "-CA", file("ca.pem"), "-CAkey", file("ca.key"),
                "-CAcreateserial",
                "-extfile", extensions, "-out", certificate,
            ] + validity)
        return (certificate, key)
    }

    /// A server context with a certificate for these names.
    func serverContext(
        for alternativeNames: String? = "DNS:localhost,IP:127.0.0.1", validity: [String] = ["-days", "2"],
        _ change: (inout TLSConfiguration) throws -> Void = { _ in }
    ) throws -> NIOSSLContext {
        let (certificate, key) = try issue("server", for: alternativeNames, validity: validity)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
        try change(&configuration)
        return try NIOSSLContext(configuration: configuration)
    }

    func file(_ name: String) -> String { directory.appendingPathComponent(name).path }

    struct CommandFailed: Error {
        var arguments: [String]
    }

    private static func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = openssl
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CommandFailed(arguments: arguments) }
    }
}
