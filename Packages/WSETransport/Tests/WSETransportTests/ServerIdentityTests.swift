import Testing

@testable import WSETransport

@Suite("Server identity")
struct ServerIdentityTests {
    @Test(
        "A DNS name in a certificate vouches for itself, a leading star for one whole label",
        arguments: [
            ("example.com", "example.com", true), ("Example.COM", "example.com", true),
            ("example.com", "EXAMPLE.com.", true), ("example.com", "www.example.com", false),
            ("*.example.com", "www.example.com", true), ("*.example.com", "example.com", false),
            ("*.example.com", "a.b.example.com", false), ("*.example.com", ".example.com", false),
            ("w*.example.com", "www.example.com", false), ("www.*.com", "www.example.com", false),
            ("*", "example", false), ("*.com", "example.com", false), ("*.", "a.", false),
            ("", "", false), ("example.com\u{0}.evil.org", "example.com", false),
            ("*.1.2.3", "9.1.2.3", false),
        ])
    func names(pattern: String, name: String, isMatch: Bool) {
        let identity = ServerIdentity(name)
        #expect(identity.isVouched(byName: Array(pattern.utf8)) == isMatch)
    }

    @Test(
        "An address in a certificate vouches for that address in any spelling, and for nothing else",
        arguments: [
            ([10, 0, 0, 1], "10.0.0.1", true), ([10, 0, 0, 2], "10.0.0.1", false),
            ([10, 0, 0], "10.0.0.1", false), ([], "10.0.0.1", false),
            ([UInt8](repeating: 0, count: 15) + [1], "::1", true),
            ([UInt8](repeating: 0, count: 15) + [1], "0:0:0:0:0:0:0:1", true),
            ([127, 0, 0, 1], "localhost", false), (Array("10.0.0.1".utf8), "10.0.0.1", false),
        ])
    func addresses(bytes: [UInt8], name: String, isMatch: Bool) {
        #expect(ServerIdentity(name).isVouched(byAddress: bytes) == isMatch)
    }

    @Test("Only names are sent as SNI, without the root's dot")
    func sni() {
        #expect(ServerIdentity("Example.com.").serverNameIndication == "example.com")
        #expect(ServerIdentity("10.0.0.1").serverNameIndication == nil)
        #expect(ServerIdentity("::1").serverNameIndication == nil)
    }
}
