import NIOSSL
import Testing
import WSECrypto
import WSETransport

@Suite("TLS", .enabled(if: TestAuthority.isAvailable, "needs the openssl command"))
final class TLSTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    deinit {
        authority.remove()
    }

    /// Connects to an echo server and sends one message around.
    ///
    /// - Returns: The error; `nil` if all went well.
    private func attempt(
        _ context: NIOSSLContext, host: String = "localhost",
        _ configure: (inout WebSocketConfiguration) throws -> Void = { _ in }
    ) async throws -> WebSocketError? {
        let server = try await EchoServer.start(tls: context)
        var configuration = WebSocketConfiguration.patient
        configuration.tls.trustRoots = .file(authority.certificateFile)
        try configure(&configuration)
        let result: WebSocketError?
        do throws(WebSocketError) {
            let socket = try await WebSocket.connect(
                to: "wss://\(host):\(server.port)/", configuration: configuration)
            try await socket.send("hello")
            var iterator = socket.messages.makeAsyncIterator()
            let echo = try await iterator.next()
            #expect(echo?.text == "hello")
            await socket.close()
            result = nil
        } catch {
            result = error
        }
        try await server.stop()
        return result
    }

    @Test("A certificate of a trusted authority for the right name is taken")
    func good() async throws {
        #expect(try await attempt(authority.serverContext()) == nil)
    }

    @Test("The authority may be given as PEM text")
    func pemText() async throws {
        let pem = try authority.certificatePEM()
        #expect(try await attempt(authority.serverContext()) { $0.tls.trustRoots = .pem(pem) } == nil)
    }

    @Test("An expired certificate is refused")
    func expired() async throws {
        let error = try await attempt(authority.serverContext(validity: ["-days", "-1"]))
        #expect(error?.code == .tlsFailed)
        #expect(error?.tlsFailure == .certificateExpired)
    }

    @Test("A certificate for another name is refused")
    func wrongHost() async throws {
        let error = try await attempt(authority.serverContext(for: "DNS:example.com"))
        #expect(error?.code == .tlsFailed)
        #expect(error?.tlsFailure == .hostNameMismatch)
    }

    @Test("A certificate for another address is refused")
    func wrongAddress() async throws {
        let error = try await attempt(authority.serverContext(for: "IP:10.0.0.1"), host: "127.0.0.1")
        #expect(error?.tlsFailure == .hostNameMismatch)
    }

    @Test("A certificate for the server's address does not vouch for its name")
    func addressForName() async throws {
        let error = try await attempt(authority.serverContext(for: "IP:127.0.0.1"))
        #expect(error?.code == .tlsFailed)
        #expect(error?.tlsFailure == .hostNameMismatch)
    }

    @Test("The name to verify may be an address, other than the one connected to")
    func serverNameIsAddress() async throws {
        let context = try authority.serverContext(for: "IP:10.1.2.3")
        #expect(try await attempt(context) { $0.tls.serverName = "10.1.2.3" } == nil)
        let other = try authority.serverContext(for: "IP:127.0.0.1")
        let error = try await attempt(other) { $0.tls.serverName = "10.1.2.3" }
        #expect(error?.tlsFailure == .hostNameMismatch)
    }

    @Test("The name in a certificate's subject does not count")
    func commonName() async throws {
        // The subject's common name is “server”.
        let context = try authority.serverContext(for: nil)
        let error = try await attempt(context) { $0.tls.serverName = "server" }
        #expect(error?.tlsFailure == .hostNameMismatch)
    }

    @Test("The name to verify can be set apart from the host")
    func serverName() async throws {
        let context = try authority.serverContext(for: "DNS:example.com")
        #expect(try await attempt(context) { $0.tls.serverName = "example.com" } == nil)
    }

    @Test(
        "A certificate of an unknown authority is refused, by the system's roots too",
        arguments: [false, true])
    func unknownAuthority(useSystemRoots: Bool) async throws {
        let other = try TestAuthority()
        defer { other.remove() }
        let error = try await attempt(authority.serverContext()) {
            $0.tls.trustRoots = useSystemRoots ? .system : .file(other.certificateFile)
        }
        #expect(error?.code == .tlsFailed)
        #expect(error?.tlsFailure == .unknownAuthority)
    }

    @Test("A server that speaks TLS 1.0 at most is refused")
    func oldVersion() async throws {
        let context = try authority.serverContext { configuration in
            configuration.minimumTLSVersion = .tlsv1
            configuration.maximumTLSVersion = .tlsv1
        }
        let error = try await attempt(context)
        #expect(error?.code == .tlsFailed)
        #expect(error?.tlsFailure == .protocolVersion)
    }

    @Test("A pinned public key is taken, another is refused")
    func pins() async throws {
        let context = try authority.serverContext()
        let certificate = try #require(try NIOSSLCertificate.fromPEMFile(authority.file("server.pem")).first)
        let digest = try SHA256.digest(of: try certificate.extractPublicKey().toSPKIBytes()).bytes
        let right = try WebSocketTLSConfiguration.PublicKeyPin(sha256: digest)
        let wrong = try WebSocketTLSConfiguration.PublicKeyPin(sha256: [UInt8](repeating: 1, count: 32))
        #expect(try await attempt(context) { $0.tls.pinnedPublicKeys = [wrong, right] } == nil)
        let error = try await attempt(context) {
            $0.tls.pinnedPublicKeys = [wrong]
        }
        #expect(error?.code == .tlsFailed)
        #expect(error?.tlsFailure == .publicKeyMismatch)
        #expect(throws: WebSocketError.self) { try WebSocketTLSConfiguration.PublicKeyPin(sha256: [1]) }
    }

    @Test("A client certificate is shown when the server asks, and missed when there is none")
    func clientCertificate() async throws {
        let (chain, key) = try authority.issue("client", for: "DNS:client")
        let roots = authority.certificateFile
        let context = try authority.serverContext { configuration in
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .file(roots)
        }
        let missing = try await attempt(context)
        #expect(missing?.code == .tlsFailed)
        #expect(missing?.tlsFailure == .clientCertificateRefused)
        let identity = WebSocketTLSConfiguration.ClientIdentity.files(
            certificateChain: chain, privateKey: key)
        #expect(!"\(identity)".contains(key))
        #expect(try await attempt(context) { $0.tls.clientIdentity = identity } == nil)
    }

    @Test("A server that does not speak TLS is refused")
    func notTLS() async throws {
        let server = try await EchoServer.start()
        do {
            _ = try await WebSocket.connect(to: "wss://localhost:\(server.port)/", configuration: .patient)
            Issue.record("connected")
        } catch {
            #expect(error.code == .tlsFailed)
            #expect(error.tlsFailure == .other)
        }
        try await server.stop()
    }

    @Test("Files that are not there are an invalid argument, not a trap")
    func missingFiles() async throws {
        let error = try await attempt(authority.serverContext()) {
            $0.tls.trustRoots = .file("/nowhere/ca.pem")
        }
        #expect(error?.code == .invalidArgument)
    }
}
