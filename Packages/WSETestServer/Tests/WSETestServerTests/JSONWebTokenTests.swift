import Testing

@testable import WSETestServer

@Suite struct JSONWebTokenTests {
    /// RFC 4231 section 4.3.
    @Test func hmacMatchesThePublishedVector() {
        let digest = TokenSignature.hmacSHA256(
            Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
        #expect(
            digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }
}
