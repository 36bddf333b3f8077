import NIOSSL
import Testing
import WSETestServer

@Suite struct TLSTests {
    private func configuration() -> WSETestServer.Configuration {
        var configuration = WSETestServer.Configuration()
        configuration.tls = .localhost
        return configuration
    }

    @Test func aClientThatTrustsTheCertificateGetsIn() async throws {
        try await withWSETestServer(configuration: configuration()) { server in
            #expect(server.url == "wss://127.0.0.1:\(server.port)/wse")
            var trust = TLSConfiguration.makeClientConfiguration()
            trust.trustRoots = .certificates(
                try NIOSSLCertificate.fromPEMBytes(Array(WSETestServer.TLS.localhost.certificateChain.utf8)))
            var client = try await WireClient.connect(to: server, tls: trust)
            #expect(try await client.nextEvent().type == "server_ready")
            try await server.nextConnection().cut()
            // Cut means that TLS does not say goodbye either.
            #expect(await client.next() == .failed("uncleanShutdown"))
        }
    }

    @Test func aClientThatDoesNotTrustItStaysOut() async throws {
        try await withWSETestServer(configuration: configuration()) { server in
            var client = try await WireClient.connect(to: server, tls: .makeClientConfiguration())
            guard case .failed(let error) = await client.next() else {
                Issue.record("no failure")
                return
            }
            #expect(error.contains("CERTIFICATE_VERIFY_FAILED"))
            #expect(server.connectionCount == 0)
        }
    }

    @Test func aBadCertificateIsAnError() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.tls = .init(certificateChain: "no", privateKey: "no")
        let error = await #expect(throws: WSETestServerError.self) {
            try await WSETestServer.start(configuration: configuration)
        }
        #expect(error?.code == .tlsFailed)
    }
}
