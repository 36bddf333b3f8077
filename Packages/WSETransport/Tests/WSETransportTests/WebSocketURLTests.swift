import Testing
import WSETransport

@Suite("URL")
struct WebSocketURLTests {
    @Test("Scheme, host, port, path and query are taken apart")
    func parts() throws {
        let url = try WebSocketURL("wss://Example.COM:8443/a/b%20c?x=1&y=%2F")
        #expect(url.scheme == .wss)
        #expect(url.host == "example.com")
        #expect(url.port == 8443)
        #expect(url.path == "/a/b%20c")
        #expect(url.query == "x=1&y=%2F")
        #expect(url.authority == "example.com:8443")
        #expect(url.requestTarget == "/a/b%20c?x=1&y=%2F")
        #expect(url.absoluteString == "wss://example.com:8443/a/b%20c?x=1&y=%2F")
        #expect(url.queryItems.map(\.name) == ["x", "y"])
        #expect(url.queryItems.map(\.value) == ["1", "/"])
    }

    @Test(
        "Defaults and aliases",
        arguments: [
            ("ws://h", "ws://h/", 80), ("wss://h", "wss://h/", 443), ("http://h/x", "ws://h/x", 80),
            ("HTTPS://h", "wss://h/", 443), ("ws://h:80/", "ws://h/", 80), ("ws://h:443", "ws://h:443/", 443),
            ("ws://h:", "ws://h/", 80), ("ws://h?a=b", "ws://h/?a=b", 80),
            ("ws://[::1]:90/", "ws://[::1]:90/", 90),
            ("wss://[2001:DB8::1]", "wss://[2001:db8::1]/", 443),
            ("ws://127.0.0.1:8000", "ws://127.0.0.1:8000/", 8000),
            ("ws://my_host-1.local/ü", "ws://my_host-1.local/%C3%BC", 80),
            ("ws://h/a\"b", "ws://h/a%22b", 80),
        ])
    func defaults(string: String, absolute: String, port: Int) throws {
        let url = try WebSocketURL(string)
        #expect(url.absoluteString == absolute)
        #expect(url.port == port)
        #expect(try WebSocketURL(absolute) == url)
    }

    @Test(
        "What is wrong is named, with its place",
        arguments: [
            ("", "scheme"), ("example.com", "scheme"), ("ftp://h", "scheme must be"),
            ("://h", "scheme is empty"),
            ("ws:h", "“//” is missing"), ("ws://", "host is empty"), ("ws:///x", "host is empty"),
            ("ws://h o", "character"), ("ws://h\r\nX:1", "character"), ("ws://hö", "xn--"),
            ("ws://u:secret@h/", "user name and password"), ("ws://h:0", "port"), ("ws://h:65536", "port"),
            ("ws://h:12x", "port"), ("ws://h:-1", "port"), ("ws://h:999999999999999999999", "port"),
            ("ws://[::1", "“]” is missing"),
            ("ws://[::g]", "IPv6"), ("ws://[127.0.0.1]", "IPv6"), ("ws://[::1]x", "port"),
            ("ws://h/#f", "fragment (“#”) (byte 7)"),
            ("ws://h/a b", "white space or a control character; percent-encode it (byte 8)"),
            ("ws://h/\u{7f}", "control"),
            ("ws://h/%4", "hexadecimal"), ("ws://h/%zz", "hexadecimal"), ("ws://h/?q=%", "hexadecimal"),
        ])
    func invalid(string: String, hint: String) {
        do {
            _ = try WebSocketURL(string)
            Issue.record("\(string) was taken")
        } catch {
            #expect(error.code == .invalidURL)
            #expect(error.message.contains(hint), "\(error.message)")
            #expect(!error.message.contains("secret"))
        }
    }

    @Test("Query items are added behind those there are, and percent-encoded")
    func appending() throws {
        let plain = try WebSocketURL("ws://h/p")
        #expect(plain.appending(queryItems: []).absoluteString == "ws://h/p")
        let url = plain.appending(queryItems: [("topics", "a,b c"), ("ü&=", "1+1=2")])
        #expect(url.query == "topics=a%2Cb%20c&%C3%BC%26%3D=1%2B1%3D2")
        #expect(url.queryItems.map(\.value) == ["a,b c", "1+1=2"])
        #expect(try WebSocketURL("ws://h/?k=v").appending(queryItems: [("a", "b")]).query == "k=v&a=b")
        #expect(try WebSocketURL("ws://h/?").appending(queryItems: [("a", "")]).query == "a=")
        #expect(try WebSocketURL("ws://h/?k&").appending(queryItems: [("a", "b")]).query == "k&a=b")
    }

    @Test("Descriptions hide what may be secret")
    func descriptions() throws {
        let url = try WebSocketURL("wss://h/p?token=secret&flag&x=")
        #expect("\(url)" == "wss://h/p?token=…&flag&x=…")
        #expect(String(reflecting: url) == "wss://h/p?token=…&flag&x=…")
        #expect("\(WebSocketHeader("Authorization", "secret"))" == "Authorization: (hidden)")
        let error = WebSocketError(
            .upgradeRefused, "No.", httpStatus: 401, httpHeaders: [WebSocketHeader("A", "secret")],
            httpBodyStart: Array("secret".utf8))
        #expect("\(error)" == "upgradeRefused: No. (HTTP 401)")
        #expect(!String(reflecting: error).contains("secret"))
    }
}
