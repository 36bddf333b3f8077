extension WSETestServer.TLS {
    /// A certificate for `localhost`, `127.0.0.1` and `::1` that vouches for itself, valid until 2120. Tell your client
    /// to trust ``certificateChain``. Everyone has its key, so it protects nothing.
    public static let localhost = WSETestServer.TLS(
        certificateChain: """
            -----BEGIN CERTIFICATE-----
            MIIBgjCCASigAwIBAgIUJfQXPGHEIxEXMsU3F9wo8SpIHU8wCgYIKoZIzj0EAwIw
            FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAx
            MDAwMDAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
            PQMBBwNCAATaZ6yspauzjrJLxLYOqoqwZxheX+ciN9XeqvQ5ss7yoV2XLedlLUiy
            qQDfUBicB8rJnPB76X1SStabhPKPC+9Co1YwVDAsBgNVHREEJTAjgglsb2NhbGhv
            c3SHBH8AAAGHEAAAAAAAAAAAAAAAAAAAAAEwDwYDVR0TAQH/BAUwAwEB/zATBgNV
            HSUEDDAKBggrBgEFBQcDATAKBggqhkjOPQQDAgNIADBFAiEAxEcNE8ue7xDxKAvx
            WxhvvwVyd3XFXcB6ikutn6/y4HsCICFnhNChIBlzdu5c11EAmLth2/K2Y6hxwJxf
            9VkERG2u
            -----END CERTIFICATE-----
            """,
        privateKey: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgiz8bmNlzl6Wsghl5
            yPJanwJFfpF1LP6MfmE3Zdk1u3ehRANCAATaZ6yspauzjrJLxLYOqoqwZxheX+ci
            N9XeqvQ5ss7yoV2XLedlLUiyqQDfUBicB8rJnPB76X1SStabhPKPC+9C
            -----END PRIVATE KEY-----
            """)
}
