import NIOCore
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

    /// TLS would wait five seconds for an answer to its goodbye.
    @Test func aSilentClientDoesNotHoldUpTheEnd() async throws {
        let server = try await WSETestServer.start(configuration: configuration())
        server.refuseNext(.silence)
        var trust = TLSConfiguration.makeClientConfiguration()
        trust.certificateVerification = .none
        let silent = try await WireClient.connect(to: server, tls: trust)
        try await server.waitForRefusedRequests(1)
        try await silent.channel.setOption(.autoRead, value: false).get()
        let duration = await ContinuousClock().measure { await server.stop(.crash()) }
        #expect(duration < .seconds(4))
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
