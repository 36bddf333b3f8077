/// What names of header fields, and of items of a URL's query, say of their values.
enum SecretName {
    /// Words of which one makes the value a secret.
    private static let words: Set<String> = [
        "apikey", "auth", "authentication", "authorization", "bearer", "cookie", "credential", "credentials",
        "jwt",
        "key", "otp", "passphrase", "passwd", "password", "pin", "pwd", "secret", "session", "sid", "sig",
        "signature",
        "ticket", "token",
    ]
    /// Words that do so alone, but not among others.
    private static let names: Set<String> = ["access", "code", "pass"]
    /// What is often written without anything in front of it, as in `authtoken`.
    private static let endings = ["token", "secret", "password", "signature", "apikey", "accesskey"]

    /// Whether a value of that name is most likely a secret.
    static func holds(_ name: String) -> Bool {
        names.contains(name.lowercased())
            || split(name).contains { word in words.contains(word) || endings.contains { word.hasSuffix($0) }
            }
    }

    /// The words of `X-Auth-Token`, `x_auth_token` and `xAuthToken`, in lower case.
    private static func split(_ name: String) -> [String] {
        var (found, word, wasLower) = ([String](), "", false)
        for character in name {
            if !word.isEmpty, !(character.isLetter || character.isNumber) || wasLower && character.isUppercase
            {
                found.append(word)
                word = ""
            }
            if character.isLetter || character.isNumber { word += character.lowercased() }
            wasLower = character.isLowercase
        }
        return word.isEmpty ? found : found + [word]
    }
}
